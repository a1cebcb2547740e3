import { parseDecimal } from "../fields.ts";

const maxEvent = 255;
const dtmfEvents: readonly number[] = Object.freeze(Array.from({ length: 16 }, (_, event) => event));

/**
 * The events in the fmtp parameters of telephone-event: `0-15,66,70` (RFC 4733 §2.4.1), ascending.
 *
 * Without parameters, 0–15: the DTMF digits that every implementation of the format supports. Parts that are no number or
 * range within 0–255 are skipped; the form `events=0-15` of the media type is read too.
 */
export function parseTelephoneEvents(parameters: string | undefined): readonly number[] {
  if (parameters === undefined || parameters === "0-15") return dtmfEvents;
  const listed = new Uint8Array(maxEvent + 1);
  const list = parameters.startsWith("events=") ? parameters.slice(7) : parameters;
  for (const part of list.split(",")) {
    const dash = part.indexOf("-");
    const first = parseDecimal((dash < 0 ? part : part.slice(0, dash)).trim(), maxEvent);
    const last = dash < 0 ? first : parseDecimal(part.slice(dash + 1).trim(), maxEvent);
    if (first !== undefined && last !== undefined && first <= last) listed.fill(1, first, last + 1);
  }
  return Array.from(listed.keys()).filter((event) => listed[event] === 1);
}

/** Writes events as the shortest list of numbers and ranges: `0-15,66`. */
export function serializeTelephoneEvents(events: Iterable<number>): string {
  const ascending = [...new Set(events)].sort((a, b) => a - b);
  const ranges: string[] = [];
  for (let i = 0; i < ascending.length; i++) {
    const first = ascending[i]!;
    while (ascending[i + 1] === ascending[i]! + 1) i++;
    ranges.push(ascending[i] === first ? `${first}` : `${first}-${ascending[i]}`);
  }
  return ranges.join(",");
}
