/**
 * Known header names by number, so that a field is recognised while its bytes are read and never compared again.
 * 0 stands for every other name. Lower-case spelling decides; compact forms (RFC 3261 §7.3.3) have the number of their name.
 */
export const OTHER_HEADER = 0;
export const VIA = 1;
export const FROM = 2;
export const TO = 3;
export const CALL_ID = 4;
export const CSEQ = 5;
export const MAX_FORWARDS = 6;
export const CONTACT = 7;
export const REQUIRE = 8;
export const PROXY_REQUIRE = 9;
export const CONTENT_LENGTH = 10;
export const CONTENT_TYPE = 11;
export const CONTENT_ENCODING = 12;
export const CONTENT_DISPOSITION = 13;
/** Numbers up to this one are validated when a message arrives; the others when they are read. */
export const LAST_VALIDATED = 13;
/** Numbers from 2 to this one, lists aside, must not be repeated. */
export const LAST_SINGLE = 33;
export const TIMESTAMP = 30;
export const RECORD_ROUTE = 34;
export const ROUTE = 35;

/** Index = number. `name/compact`. */
const names: readonly string[] = [
  ...["", "Via/v", "From/f", "To/t", "Call-ID/i", "CSeq", "Max-Forwards", "Contact/m", "Require", "Proxy-Require"],
  ...["Content-Length/l", "Content-Type/c", "Content-Encoding/e", "Content-Disposition"],
  // Single values that would leave open which one counts (RFC 3261 §7.3.1).
  ...["Expires", "Min-Expires", "Event/o", "Subscription-State", "Refer-To/r", "Referred-By/b", "Replaces", "Target-Dialog", "Join"],
  ...["Session-Expires/x", "Min-SE", "RSeq", "RAck", "Reply-To", "Retry-After", "MIME-Version", "Timestamp", "SIP-ETag"],
  ...["SIP-If-Match", "Refer-Sub"],
  // Lists, and single values that only inform.
  ...[
    "Record-Route",
    "Route",
    "Identity/y",
    "Allow",
    "Supported/k",
    "Unsupported",
    "Allow-Events/u",
    "Accept",
    "Accept-Encoding",
    "Accept-Language",
  ],
  ...["Authorization", "Proxy-Authorization", "WWW-Authenticate", "Proxy-Authenticate", "Authentication-Info", "Content-Language"],
  ...[
    "User-Agent",
    "Server",
    "Subject/s",
    "Organization",
    "Date",
    "Priority",
    "Warning",
    "Reason",
    "Error-Info",
    "Call-Info",
    "Alert-Info",
  ],
  ...["In-Reply-To", "Path", "Service-Route", "Privacy", "P-Asserted-Identity", "P-Preferred-Identity", "P-Charging-Vector"],
  ...["P-Access-Network-Info", "Diversion", "History-Info", "Accept-Contact/a", "Reject-Contact/j", "Request-Disposition/d"],
  ...["Security-Client", "Security-Server", "Security-Verify", "User-to-User", "Geolocation", "Answer-Mode", "Info-Package", "Recv-Info"],
];

const lists: ReadonlySet<number> = new Set([VIA, CONTACT, REQUIRE, PROXY_REQUIRE, CONTENT_ENCODING]);
const idByName = new Map<string, number>();

/** Open addressing over a hash of the lower-case name: the candidates for `headerIdAt`. */
const slotCount = 1024;
const slotIds = new Uint8Array(slotCount);
const lowerNames: string[] = [];
const slotNames = new Uint16Array(slotCount);

/** One step of the name's hash. `| 0x20` folds the letters' case and leaves `-` and digits alone. */
export function hashStep(hash: number, byte: number): number {
  return (Math.imul(hash, 31) + (byte | 0x20)) | 0;
}

for (const [id, entry] of names.entries()) if (id !== OTHER_HEADER) for (const name of entry.split("/")) define(name.toLowerCase(), id);

function define(name: string, id: number): void {
  let hash = 0;
  for (let i = 0; i < name.length; i++) hash = hashStep(hash, name.charCodeAt(i));
  let slot = hash & (slotCount - 1);
  while (slotIds[slot] !== OTHER_HEADER) slot = (slot + 1) & (slotCount - 1);
  slotIds[slot] = id;
  slotNames[slot] = lowerNames.push(name) - 1;
  idByName.set(name, id);
}

/** The number of the name that stands at `start` … `end`, a token whose `hash` was taken on the way. */
export function headerIdAt(bytes: Uint8Array, start: number, end: number, hash: number): number {
  for (let slot = hash & (slotCount - 1); slotIds[slot] !== OTHER_HEADER; slot = (slot + 1) & (slotCount - 1)) {
    if (isNameAt(bytes, start, end, lowerNames[slotNames[slot]!]!)) return slotIds[slot]!;
  }
  return OTHER_HEADER;
}

function isNameAt(bytes: Uint8Array, start: number, end: number, lowerName: string): boolean {
  if (end - start !== lowerName.length) return false;
  for (let i = 0; i < lowerName.length; i++) if ((bytes[start + i]! | 0x20) !== lowerName.charCodeAt(i)) return false;
  return true;
}

/** The number of a name in any case, or of its compact form. */
export function headerIdOf(name: string): number {
  return idByName.get(name) ?? idByName.get(name.toLowerCase()) ?? OTHER_HEADER;
}

/** Canonical spelling of a known name. */
export function headerNameOf(id: number): string {
  return names[id]!.split("/")[0]!;
}

/** Whether a second field of that name makes the message ambiguous. */
export function isSingleHeader(id: number): boolean {
  return id > VIA && id <= LAST_SINGLE && !lists.has(id);
}
