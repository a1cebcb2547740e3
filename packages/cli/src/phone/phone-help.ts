import { audioNote } from "./audio-note.ts";

/** Behind the options of `sidetone phone`. */
export const phoneHelp: string = `${audioNote}
Type help for what it understands: call, answer, reject, hangup, hold, resume, switch, mute, unmute, dtmf, play, tone, echo, record,
stop, list, quality, history, register, unregister, accounts, wait, sleep, quit. What was typed, and the calls, are kept in sidetone/
under ~/.local/state or XDG_STATE_HOME.

From a pipe, each line is done before the next one is read, and the phone ends with the last, hanging up and un-registering. It
ends with 0 when every line could be done, else as the first one that could not: 3, 4, 5, 6 for a refusal, 7 when a wait took too
long, 1 for everything else.`;
