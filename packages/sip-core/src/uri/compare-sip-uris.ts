import { RESERVED, isInClass } from "../grammar/character-class.ts";
import { expandIpv6Address } from "../grammar/host.ts";
import type { Parameters } from "../grammar/parameters.ts";
import type { SipUriParts } from "./sip-uri-parts.ts";

/** Parameters that never match when only one of the URIs has them (RFC 3261 §19.1.4, rules and examples). */
const decidingParameters = ["user", "ttl", "method", "maddr", "transport"];

/** RFC 3261 §19.1.4, and RFC 5954 §4.2 for IPv6 addresses. */
export function areEqualSipUris(a: SipUriParts, b: SipUriParts): boolean {
  return (
    // A SIP and SIPS URI are never equivalent.
    a.scheme === b.scheme &&
    // A URI omitting a component does not match one that has it, even with its default value.
    a.port === b.port &&
    areEqualHosts(a.host, b.host) &&
    // Comparison of the userinfo is case-sensitive.
    areEqualUserinfo(a.user, b.user) &&
    areEqualUserinfo(a.password, b.password) &&
    areEqualParameters(a.parameters, b.parameters) &&
    areEqualHeaders(a.headers, b.headers)
  );
}

function areEqualHosts(a: string, b: string): boolean {
  if (a === b) return true;
  if (a.includes(":") && b.includes(":")) return expandIpv6Address(a) === expandIpv6Address(b);
  return a.toLowerCase() === b.toLowerCase();
}

function areEqualUserinfo(a: string | undefined, b: string | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && normalizeEscapes(a) === normalizeEscapes(b));
}

function areEqualParameters(a: Parameters, b: Parameters): boolean {
  if (a.text === b.text) return true;
  const valuesOfA = toValues(a);
  const valuesOfB = toValues(b);
  if (decidingParameters.some((name) => valuesOfA.has(name) !== valuesOfB.has(name))) return false;
  // Any uri-parameter appearing in both URIs must match; all others are ignored.
  for (const [name, value] of valuesOfA) {
    const other = valuesOfB.get(name);
    if (other !== undefined && other !== value) return false;
  }
  return true;
}

function toValues(parameters: Parameters): Map<string, string> {
  const values = new Map<string, string>();
  for (const [name, value] of parameters) {
    const key = name.toLowerCase();
    if (!values.has(key)) values.set(key, value.toLowerCase());
  }
  return values;
}

/** Any present header component must be present in both URIs and match; their order does not matter. */
function areEqualHeaders(a: Parameters, b: Parameters): boolean {
  return a.text === b.text || toSortedHeaders(a) === toSortedHeaders(b);
}

function toSortedHeaders(headers: Parameters): string {
  // Field values are case-insensitive unless stated otherwise (§7.3.1); a body is not a field.
  const lines = Array.from(headers, ([name, value]) => `${name.toLowerCase()}=${/^body$/i.test(name) ? value : value.toLowerCase()}`);
  return lines.sort().join("\n");
}

/** Characters other than "reserved" are equivalent to their escapes; the remaining escapes are written in upper case. */
function normalizeEscapes(text: string): string {
  return text.includes("%") ? text.replace(/%[0-9A-Fa-f]{2}/g, normalizeEscape) : text;
}

function normalizeEscape(escape: string): string {
  const code = Number.parseInt(escape.slice(1), 16);
  const isPlain = code > 0x20 && code < 0x7f && code !== 0x25 && !isInClass(code, RESERVED);
  return isPlain ? String.fromCharCode(code) : escape.toUpperCase();
}
