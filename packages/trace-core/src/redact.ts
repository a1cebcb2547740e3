/** Parameters of credentials that would help somebody who reads a trace: the digest response and what it was made from. */
const credentials = /^((?:proxy-)?authorization[ \t]*:.*)$/gim;
const secretParameter = /\b(response|cnonce|password)[ \t]*=[ \t]*("[^"\r\n]*"|[^,\s]*)/gi;
const bearer = /\b(bearer[ \t]+)\S+/gi;
/** SDES keys (RFC 4568): `inline:` and everything up to the next separator. */
const mediaKey = /^(a=crypto:\d+[ \t]+\S+[ \t]+)inline:[^\s|;]*/gim;
/** A password inside a URI (RFC 3261 §19.1.1 calls the form NOT RECOMMENDED). */
const uriPassword = /\b(sips?:[^\s:@<>;]+):[^\s@<>;]*@/gi;

/** Removes secrets from the text of a SIP message; everything else stays byte for byte. */
export function redact(text: string): string {
  return text
    .replace(credentials, (line) => line.replace(secretParameter, "$1=<redacted>").replace(bearer, "$1<redacted>"))
    .replace(mediaKey, "$1inline:<redacted>")
    .replace(uriPassword, "$1:<redacted>@");
}
