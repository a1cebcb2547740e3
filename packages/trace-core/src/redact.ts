/** Fields of credentials with their folded lines (RFC 3261 §7.3.1). */
const credentials = /^(?:proxy-)?(?:authorization|authentication-info)[ \t]*:.*(?:\r?\n[ \t].*)*/gim;
/** Parameters that would help somebody who reads a trace: the digest and what it was made from. */
const secretParameter = /\b(response|cnonce|rspauth|password)[ \t]*=[ \t]*("[^"]*"|[^,\s]*)/gi;
/** Schemes whose credentials are the secret itself. */
const token = /\b((?:bearer|basic)[ \t]+)[^\s,]+/gi;
/** SDES keys (RFC 4568): each `inline:` and everything up to the next separator. */
const mediaKeys = /^a=crypto:.*/gim;
const inlineKey = /\binline:[^\s|;]*/gi;
/** `k=` of old, MIKEY and the password of ICE. */
const sdpSecret = /^(k=[a-z]+:|a=key-mgmt:\S+[ \t]+|a=ice-pwd:).*/gim;
/** A password inside a URI (RFC 3261 §19.1.1 calls the form NOT RECOMMENDED). */
const uriPassword = /\b(sips?:[^\s:@<>;]+):[^\s@<>;]*@/gi;
/** Credentials among the header fields of a URI, where everything is escaped (RFC 3261 §19.1.1). */
const uriCredentials = /([?&](?:proxy-)?authorization=)[^&>\s]*/gi;

/** Removes secrets from the text of a SIP message; everything else stays byte for byte. */
export function redact(text: string): string {
  return text
    .replace(credentials, (field) => field.replace(secretParameter, "$1=<redacted>").replace(token, "$1<redacted>"))
    .replace(mediaKeys, (line) => line.replace(inlineKey, "inline:<redacted>"))
    .replace(sdpSecret, "$1<redacted>")
    .replace(uriPassword, "$1:<redacted>@")
    .replace(uriCredentials, "$1<redacted>");
}
