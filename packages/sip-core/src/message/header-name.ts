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
export const TIMESTAMP = 30;
export const RECORD_ROUTE = 32;

/** `name/compact`, by number. Up to 31: those that are validated, and single values that would leave open which one counts. */
const names: readonly string[] = `
  Via/v From/f To/t Call-ID/i CSeq Max-Forwards Contact/m Require Proxy-Require Content-Length/l Content-Type/c
  Content-Encoding/e Content-Disposition Expires Min-Expires Event/o Subscription-State Refer-To/r Referred-By/b Replaces
  Target-Dialog Join Session-Expires/x Min-SE RSeq RAck Reply-To Retry-After MIME-Version Timestamp SIP-ETag
  Record-Route Route SIP-If-Match Refer-Sub Identity/y Allow Supported/k Unsupported Allow-Events/u Accept Accept-Encoding
  Accept-Language Authorization Proxy-Authorization WWW-Authenticate Proxy-Authenticate Authentication-Info Content-Language
  User-Agent Server Subject/s Organization Date Priority Warning Reason Error-Info Call-Info Alert-Info In-Reply-To Path
  Service-Route Privacy P-Asserted-Identity P-Preferred-Identity P-Charging-Vector P-Access-Network-Info Diversion History-Info
  Accept-Contact/a Reject-Contact/j Request-Disposition/d Security-Client Security-Server Security-Verify User-to-User
  Geolocation Answer-Mode Info-Package Recv-Info`.split(/\s+/);

const lastSingle = 31;
const repeatable = [VIA, CONTACT, REQUIRE, PROXY_REQUIRE, CONTENT_ENCODING];
const singleMask = Array.from({ length: lastSingle }, (_, i) => i + 1).reduce(
  (mask, id) => (repeatable.includes(id) ? mask : mask | (1 << id)),
  0,
);

const idByName = new Map<string, number>();
for (const [id, entry] of names.entries())
  if (id !== OTHER_HEADER) for (const name of entry.split("/")) idByName.set(name.toLowerCase(), id);

/** Canonical names by length, first and middle character, where a comparison finds most without hashing. */
const slotNames = Array<string>(512).fill("");
const slotIds = new Uint8Array(512);
for (let id = names.length - 1; id > OTHER_HEADER; id--) {
  const name = headerNameOf(id);
  slotNames[slotOf(name)] = name;
  slotIds[slotOf(name)] = id;
}

function slotOf(name: string): number {
  return (name.length * 41 + name.charCodeAt(0) * 7 + name.charCodeAt(name.length >> 1) * 13) & 511;
}

/** The number of a name in any case, or of its compact form. */
export function headerIdOf(name: string): number {
  const slot = slotOf(name);
  if (slotNames[slot] === name) return slotIds[slot]!;
  return idByName.get(name) ?? idByName.get(name.toLowerCase()) ?? OTHER_HEADER;
}

/** Canonical spelling of a known name. */
export function headerNameOf(id: number): string {
  return names[id]!.split("/")[0]!;
}

/** Known names and compact forms as they are written, with their numbers. */
export function knownHeaders(): (readonly [name: string, id: number])[] {
  return names.flatMap((entry, id) => (id === OTHER_HEADER ? [] : entry.split("/").map((name) => [name, id] as const)));
}

/** Whether fields of that name are validated when a message arrives; the others are when they are read. */
export function isValidatedHeader(id: number): boolean {
  return id !== OTHER_HEADER && id <= CONTENT_DISPOSITION;
}

/** Whether a second field of that name makes the message ambiguous. Their numbers are below 32. */
export function isSingleHeader(id: number): boolean {
  return id <= lastSingle && (singleMask & (1 << id)) !== 0;
}
