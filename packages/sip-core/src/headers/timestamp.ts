import { SipError } from "../errors.ts";
import type { HeaderCodec } from "../header-codec.ts";
import { malformed } from "./malformed.ts";

/** When the client sent the request, and how long the server kept it: `54 0.5`. */
export interface Timestamp {
  /** Seconds on the client's own clock, to the microsecond. Copied into the response (RFC 3261 §8.2.6.1). */
  readonly timeSeconds: number;
  /** Seconds from request to response, to the microsecond. */
  readonly delaySeconds?: number;
}

// 1*(DIGIT) [ "." *(DIGIT) ] [ LWS delay ]; delay = *(DIGIT) [ "." *(DIGIT) ]
const pattern = /^(\d{1,15}(?:\.\d{0,15})?)(?:[ \t]+((?=[\d.])\d{0,15}(?:\.\d{0,15})?))?$/;

/** Timestamp (RFC 3261 §20.38). */
export const Timestamp: HeaderCodec<Timestamp> = {
  name: "Timestamp",
  list: false,
  parse(text) {
    const match = pattern.exec(text);
    if (!match) throw malformed("Timestamp", "seconds with an optional delay", text);
    const timeSeconds = toMicroseconds(match[1]!);
    return match[2] === undefined ? { timeSeconds } : { timeSeconds, delaySeconds: toMicroseconds(match[2]) };
  },
  serialize: ({ timeSeconds, delaySeconds }) =>
    delaySeconds === undefined ? write(timeSeconds) : `${write(timeSeconds)} ${write(delaySeconds)}`,
};

function toMicroseconds(text: string): number {
  return Number(Number(`0${text}`).toFixed(6));
}

function write(seconds: number): string {
  if (!(seconds >= 0 && seconds < 1e15)) throw new SipError("SIP_HEADER_INVALID", `Timestamp must be seconds from 0: ${seconds}`);
  return seconds.toFixed(6).replace(/\.?0+$/, "");
}
