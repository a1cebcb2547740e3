/** Honest about what there is not. */
export const audioNote =
  "There is no microphone and no loudspeaker yet: what is sent is a file, a tone or an echo; what is heard can be recorded.";
