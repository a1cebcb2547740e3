import type { SessionDescription } from "./session-description.ts";

/** Writes a description: every line in its place, each ended by CRLF (RFC 8866 §5). Encode the text as UTF-8. */
export function serializeSdp(description: SessionDescription): string {
  let text = description.lines.join("\r\n");
  for (const media of description.media) text += "\r\n" + media.lines.join("\r\n");
  return text + "\r\n";
}
