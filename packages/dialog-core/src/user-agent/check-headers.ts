import { SipError, SipResponse, type HeaderInput } from "@sidetone/sip-core";

/** Fields that the stack writes into whatever it sends. */
const ownFields = ["via", "v", "max-forwards", "record-route"];
/** And into what makes or refreshes a dialog: the media negotiator's body says what it is. */
const ownDialogFields = [
  ...ownFields,
  ...["contact", "m", "route"],
  ...["content-type", "c", "content-encoding", "e", "content-disposition"],
];

const skeleton: readonly HeaderInput[] = [
  ["From", "<sip:a@a.invalid>;tag=a"],
  ["To", "<sip:b@b.invalid>"],
  ["Call-ID", "a"],
  ["CSeq", "1 INVITE"],
];

/**
 * Checks what an application wants to have sent, before any state changes over it.
 *
 * @throws {SipError} `SIP_HEADER_INVALID` when a field cannot be written, is malformed, or belongs to the stack; `SIP_START_LINE_INVALID`
 *   when the reason phrase cannot be written.
 */
export function checkHeaders(headers: readonly HeaderInput[] | undefined, inDialog: boolean, reasonPhrase?: string): void {
  if ((!headers || headers.length === 0) && reasonPhrase === undefined) return;
  const own = inDialog ? ownDialogFields : ownFields;
  const owned = headers?.find(([name]) => own.includes(name.toLowerCase()));
  if (owned) throw new SipError("SIP_HEADER_INVALID", `${owned[0]} is written by the stack`);
  SipResponse.create({ statusCode: 200, reasonPhrase, headers: [...skeleton, ...(headers ?? [])] });
}
