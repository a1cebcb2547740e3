import { SipError } from "../errors.ts";
import type { HeaderCodec } from "../header-codec.ts";
import { malformed } from "./malformed.ts";
import { isUnsigned, maxDeltaSeconds, parseDigits } from "./numbers.ts";

interface IntegerCodecOptions {
  name: string;
  compactName?: string;
  max: number;
  /** A larger number is read as `max`, else it is malformed. */
  saturates?: boolean;
}

function integerCodec({ name, compactName, max, saturates = false }: IntegerCodecOptions): HeaderCodec<number> {
  return {
    name,
    ...(compactName && { compactName }),
    list: false,
    parse(text) {
      const value = parseDigits(text, max);
      if (value === undefined || (value === Infinity && !saturates)) throw malformed(name, `a number from 0 to ${max}`, text);
      return value === Infinity ? max : value;
    },
    serialize(value) {
      if (!Number.isInteger(value) || value < 0 || value > max)
        throw new SipError("SIP_HEADER_INVALID", `${name} must be a number from 0 to ${max}`);
      return String(value);
    },
  };
}

/** Content-Length in octets (RFC 3261 §20.14). */
export const ContentLength: HeaderCodec<number> = integerCodec({ name: "Content-Length", compactName: "l", max: maxDeltaSeconds });
/** Max-Forwards, 0 to 255 (RFC 3261 §20.22). */
export const MaxForwards: HeaderCodec<number> = integerCodec({ name: "Max-Forwards", max: 255 });
/** Expires in seconds; a number above 2³² − 1 is read as that (RFC 3261 §20.19). */
export const Expires: HeaderCodec<number> = integerCodec({ name: "Expires", max: maxDeltaSeconds, saturates: true });
/** Min-Expires in seconds (RFC 3261 §20.23). */
export const MinExpires: HeaderCodec<number> = integerCodec({ name: "Min-Expires", max: maxDeltaSeconds, saturates: true });
/** Flow-Timer: seconds without a keep-alive after which the server gives a flow up (RFC 5626 §10). */
export const FlowTimer: HeaderCodec<number> = integerCodec({ name: "Flow-Timer", max: maxDeltaSeconds });
/** RSeq, 1 to 2³² − 1 (RFC 3262 §7.1); 0 is left to the dialog to refuse. */
export const RSeq: HeaderCodec<number> = integerCodec({ name: "RSeq", max: 2 ** 32 - 1 });
