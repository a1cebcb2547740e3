import { SipRequest, type HeaderInput } from "@sidetone/sip-core";
import { ClientError } from "../errors/client-error.ts";
import { wrapError } from "../errors/wrap-error.ts";

/** Fields that the stack writes itself; a second one would break the message or the dialog. */
const owned: ReadonlySet<string> = new Set([
  ...["via", "v", "from", "f", "to", "t", "call-id", "i", "cseq", "max-forwards", "contact", "m", "route", "record-route"],
  ...["content-type", "c", "content-length", "l", "content-encoding", "e", "require", "proxy-require", "user-agent", "server"],
]);

/** Fields of what sets up a call that promise an extension or a method: only the stack knows what it keeps. */
const promises: ReadonlySet<string> = new Set(["supported", "k", "allow", "session-expires", "x", "min-se", "rseq", "rack"]);

const frame: readonly HeaderInput[] = [
  ["From", "<sip:a@b.invalid>;tag=a"],
  ["To", "<sip:a@b.invalid>"],
  ["Call-ID", "a"],
  ["CSeq", "1 INVITE"],
];

/**
 * The caller's own header fields, checked before anything is sent.
 *
 * @param setsUpCall of an INVITE and its responses, which must not promise what the stack does not do.
 * @throws {ClientError} `CONFIG_INVALID` for a field that the stack writes, a name that is no token, or a value with CR, LF or NUL.
 */
export function extraHeaders(headers: Iterable<HeaderInput> | undefined, setsUpCall = false): readonly HeaderInput[] {
  if (headers === undefined) return [];
  if (typeof headers === "string" || typeof headers[Symbol.iterator] !== "function")
    throw new ClientError("CONFIG_INVALID", 'headers is a list like [["X-Team", "7"]]');
  const fields = [...headers];
  if (fields.length === 0) return fields;
  for (const [name] of fields) {
    const field = String(name).toLowerCase();
    if (owned.has(field) || (setsUpCall && promises.has(field)))
      throw new ClientError("CONFIG_INVALID", `headers: ${name} is written by the stack`);
  }
  try {
    SipRequest.create({ method: "INVITE", requestUri: "sip:b.invalid", headers: [...frame, ...fields] });
  } catch (error) {
    throw wrapError(error, "headers");
  }
  return fields;
}

/** @throws {ClientError} `CONFIG_INVALID` for a phrase that cannot stand in a status line (RFC 3261 §25.1). */
export function checkReasonPhrase(reasonPhrase: string | undefined): void {
  if (reasonPhrase !== undefined && /[\x00-\x08\x0a-\x1f\x7f]/.test(reasonPhrase))
    throw new ClientError("CONFIG_INVALID", "reasonPhrase must not hold control characters");
}

/** @throws {ClientError} `CONFIG_INVALID` for a method that is no token (RFC 3261 §25.1). */
export function checkMethod(method: string): void {
  if (typeof method !== "string" || !/^[A-Za-z0-9\-.!%*_+`'~]+$/.test(method))
    throw new ClientError("CONFIG_INVALID", `method is a word like OPTIONS, not ${JSON.stringify(String(method).slice(0, 80))}`);
}
