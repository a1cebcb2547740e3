/** The engine makes a copy of a shorter piece of a string, and no view. */
const leastSliceLength = 13;

/**
 * A copy of `text` that stands alone. A string taken out of a message is a view of the message's text and keeps all of it in memory:
 * copy what outlives the message (tags, Call-ID, route set …) with this. The message's characters are bytes or well-formed text.
 */
export function flat(text: string): string {
  if (text.length < leastSliceLength) return text;
  return Buffer.from(text, "utf8").toString("utf8");
}
