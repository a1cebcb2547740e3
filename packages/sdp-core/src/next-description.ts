import { nextOrigin, originLine } from "./origin.ts";
import { SessionDescription } from "./session-description.ts";

/**
 * `draft` as the successor of `previous`, our last description in the session, whether offer or answer (RFC 3264 §8).
 *
 * It takes over the o= line, with the version one higher; "if the version in the origin line does not increment, the SDP MUST be
 * identical to the SDP with that version number", so a draft that changes nothing gives back `previous` itself.
 */
export function nextDescription(previous: SessionDescription, draft: SessionDescription): SessionDescription {
  if (isSameContent(previous, draft)) return previous;
  const origin = originLine(nextOrigin(previous.origin));
  const lines = draft.lines.map((line) => (line.startsWith("o=") ? origin : line));
  return new SessionDescription(lines, draft.media);
}

function isSameContent(a: SessionDescription, b: SessionDescription): boolean {
  return (
    a.media.length === b.media.length &&
    isSameLines(a.lines, b.lines) &&
    a.media.every((media, mediaIndex) => isSameLines(media.lines, b.media[mediaIndex]!.lines))
  );
}

/** Equal but for o=, in which nothing changes except the version. */
function isSameLines(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((line, index) => line === b[index] || (line.startsWith("o=") && b[index]!.startsWith("o=")));
}
