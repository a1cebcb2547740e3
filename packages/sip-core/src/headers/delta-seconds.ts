import { SipError } from "../errors.ts";
import { hasLineBreakOrNul, skipDigits, skipWhitespace } from "../grammar/character-class.ts";
import { endOfComment, readComment, writeComment } from "../grammar/comment.ts";
import { Parameters } from "../grammar/parameters.ts";
import type { HeaderCodec } from "../header-codec.ts";
import { malformed } from "./malformed.ts";
import { isUnsigned, maxDeltaSeconds, parseDeltaSeconds } from "./numbers.ts";
import { parseHeaderParameters } from "./parse-name-address.ts";

/** A time in seconds with parameters: `90;refresher=uac`, `120 (in a meeting);duration=3600`. Immutable. */
export class DeltaSeconds {
  /** 0 to 2³² − 1; larger ones are read as that. */
  readonly seconds: number;
  /** What stands in parentheses after the number, in Retry-After; undefined elsewhere. */
  readonly comment: string | undefined;
  readonly parameters: Parameters;

  /** Internal: the parts are checked. Use the codecs and {@link DeltaSeconds.create}. */
  constructor(seconds: number, comment: string | undefined, parameters: Parameters) {
    this.seconds = seconds;
    this.comment = comment;
    this.parameters = parameters;
  }

  /** @throws {SipError} `SIP_HEADER_INVALID` when a part cannot be written. */
  static create(
    seconds: number,
    parameters: Iterable<readonly [name: string, value?: string | number]> = [],
    comment?: string,
  ): DeltaSeconds {
    if (!isUnsigned(seconds, maxDeltaSeconds) || (comment !== undefined && hasLineBreakOrNul(comment))) {
      throw new SipError("SIP_HEADER_INVALID", `Not a whole number of seconds with a comment of one line: ${seconds}`);
    }
    return new DeltaSeconds(seconds, comment, Parameters.from(parameters));
  }

  /** As it goes on the wire. */
  toString(): string {
    return `${this.seconds}${this.comment === undefined ? "" : ` ${writeComment(this.comment)}`}${this.parameters.text}`;
  }
}

function deltaSecondsCodec(name: string, compactName?: string): HeaderCodec<DeltaSeconds> {
  return {
    name,
    ...(compactName && { compactName }),
    list: false,
    // delta-seconds [ comment ] *( SEMI generic-param )
    parse(text) {
      const end = text.length;
      const i = skipDigits(text, 0, end);
      const seconds = parseDeltaSeconds(text.slice(0, i));
      if (seconds === undefined) throw malformed(name, "a number of seconds", text);
      const open = skipWhitespace(text, i, end);
      if (open === end || text.charCodeAt(open) !== 0x28) return new DeltaSeconds(seconds, undefined, parseHeaderParameters(name, text, i));
      const close = endOfComment(text, open, end);
      if (close < 0) throw malformed(name, "a number with a comment: the comment does not end", text);
      return new DeltaSeconds(seconds, readComment(text, open, close), parseHeaderParameters(name, text, close));
    },
    serialize: (value) => value.toString(),
  };
}

/** Retry-After, with a comment and `duration` (RFC 3261 §20.33). */
export const RetryAfter: HeaderCodec<DeltaSeconds> = deltaSecondsCodec("Retry-After");
/** Session-Expires, with `refresher=uac` or `uas` (RFC 4028 §4). */
export const SessionExpires: HeaderCodec<DeltaSeconds> = deltaSecondsCodec("Session-Expires", "x");
/** Min-SE (RFC 4028 §5). */
export const MinSE: HeaderCodec<DeltaSeconds> = deltaSecondsCodec("Min-SE");
