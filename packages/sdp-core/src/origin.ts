import { quote, SdpParseError } from "./errors.ts";
import { isDigits, splitFields } from "./fields.ts";

/** The o= line: who made the session, and which revision of its description this is (RFC 8866 §5.2). */
export interface Origin {
  /** `-` when the host knows no user names. */
  readonly username: string;
  /** Decimal number; text, since 64 bits exceed a JavaScript number. */
  readonly sessionId: string;
  /** Decimal number that grows by one with each changed description (RFC 3264 §8). */
  readonly sessionVersion: string;
  /** `IN`. */
  readonly networkType: string;
  /** `IP4` or `IP6`. */
  readonly addressType: string;
  readonly address: string;
}

/** How a received o= line relates to the one before (RFC 3264 §8). */
export type OriginChange = "unchanged" | "newer" | "older" | "otherSession";

/**
 * Reads an o= line. The five last fields count, so a user name may hold spaces or be empty, as some devices send it.
 *
 * @throws {SdpParseError} `SDP_PARSE_ORIGIN`.
 */
export function parseOrigin(line: string, lineNumber: number): Origin {
  const fields = splitFields(line, 2);
  const first = fields.length - 5;
  const [sessionId, sessionVersion, networkType, addressType, address] = first > 0 ? fields.slice(first) : fields;
  if (first < 0 || !isDigits(sessionId!) || !isDigits(sessionVersion!)) {
    throw new SdpParseError("SDP_PARSE_ORIGIN", `o= is not "user id version IN IP4|IP6 address": ${quote(line)}`, lineNumber);
  }
  return {
    username: first === 1 ? fields[0]! : fields.slice(0, first).join(" "),
    sessionId: sessionId!,
    sessionVersion: sessionVersion!,
    networkType: networkType!,
    addressType: addressType!,
    address: address!,
  };
}

export function originLine(origin: Origin): string {
  return `o=${origin.username} ${origin.sessionId} ${origin.sessionVersion} ${origin.networkType} ${origin.addressType} ${origin.address}`;
}

/** Whether both o= lines name one session: all fields but the version are equal (RFC 8866 §5.2). */
export function isSameOrigin(a: Origin, b: Origin): boolean {
  return (
    a.sessionId === b.sessionId &&
    a.username === b.username &&
    a.address === b.address &&
    a.addressType === b.addressType &&
    a.networkType === b.networkType
  );
}

/**
 * What a received o= line says about the description: `unchanged` is a no-op that still wants an answer, `newer` a modification.
 * `older` and `otherSession` break RFC 3264 §8, yet devices and call-control servers send them: process the content and trace it.
 */
export function originChange(previous: Origin, received: Origin): OriginChange {
  if (!isSameOrigin(previous, received)) return "otherSession";
  const order = compareVersions(received.sessionVersion, previous.sessionVersion);
  if (order === 0) return "unchanged";
  return order > 0 ? "newer" : "older";
}

/** "the version in the origin field MUST increment by one from the previous SDP" (RFC 3264 §8). */
export function nextOrigin(origin: Origin): Origin {
  return { ...origin, sessionVersion: (BigInt(origin.sessionVersion) + 1n).toString() };
}

/** Orders two decimal numbers of any length, in linear time. */
function compareVersions(a: string, b: string): number {
  const left = withoutLeadingZeros(a);
  const right = withoutLeadingZeros(b);
  if (left.length !== right.length) return left.length - right.length;
  return left === right ? 0 : left > right ? 1 : -1;
}

function withoutLeadingZeros(digits: string): string {
  let start = 0;
  while (start < digits.length - 1 && digits[start] === "0") start++;
  return digits.slice(start);
}
