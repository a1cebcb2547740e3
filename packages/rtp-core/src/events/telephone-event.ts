import { RtpError } from "../rtp-error.ts";

/** Keys by event code: DTMF 0 … 15, and 16 for a flash of the hook, written `!` (RFC 4733 §3.2). */
const keys = "0123456789*#ABCD!";

/** One report of an event (RFC 4733 §2.3). */
export interface TelephoneEvent {
  /** Event code, 0 … 255. */
  readonly event: number;
  /** E bit: the event has ended. */
  readonly end: boolean;
  /** Power level as −dBm0, 0 … 63: 10 is −10 dBm0. */
  readonly volume: number;
  /** In timestamp units since the packet's timestamp, 0 … 65535. */
  readonly duration: number;
}

/** Event code of a key: `0`–`9`, `*`, `#`, `A`–`D` in either case, `!` for a flash; undefined for anything else. */
export function telephoneEventOf(key: string): number | undefined {
  const event = key.length === 1 ? keys.indexOf(key.toUpperCase()) : -1;
  return event < 0 ? undefined : event;
}

/** Key of an event code; undefined for codes that are no key (tones, signals). */
export function keyOfTelephoneEvent(event: number): string | undefined {
  return keys[event];
}

/**
 * Writes a payload of `telephone-event`.
 *
 * ```text
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |     event     |E|R| volume    |          duration             |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ```
 *
 * @returns 4, its length.
 */
export function writeTelephoneEvent(target: Uint8Array, offset: number, event: TelephoneEvent): number {
  target[offset] = event.event;
  target[offset + 1] = (event.end ? 0x80 : 0) | (event.volume & 0x3f);
  target[offset + 2] = event.duration >>> 8;
  target[offset + 3] = event.duration;
  return 4;
}

/** Reads the report at `offset`; undefined when fewer than four bytes are there. */
export function readTelephoneEvent(bytes: Uint8Array, offset: number, end: number = bytes.length): TelephoneEvent | undefined {
  if (offset < 0 || offset + 4 > end || end > bytes.length) return undefined;
  const second = bytes[offset + 1]!;
  return {
    event: bytes[offset]!,
    end: second > 0x7f,
    volume: second & 0x3f,
    duration: (bytes[offset + 2]! << 8) | bytes[offset + 3]!,
  };
}

/** Event code of a key, or the error that the caller of `send` gets. */
export function requireTelephoneEvent(key: string): number {
  const event = telephoneEventOf(key);
  if (event === undefined) throw new RtpError("RTP_EVENT_INVALID", `${JSON.stringify(key.slice(0, 20))} is no key; 0-9 * # A-D and ! are`);
  return event;
}
