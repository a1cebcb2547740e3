/** Attributes that the stack writes itself, or that would promise what it does not do. */
const owned: ReadonlySet<string> = new Set([
  ...["rtpmap", "fmtp", "ptime", "maxptime", "sendrecv", "sendonly", "recvonly", "inactive", "rtcp", "rtcp-mux", "rtcp-fb", "mid", "group"],
  ...["candidate", "ice-ufrag", "ice-pwd", "ice-options", "ice-lite", "crypto", "fingerprint", "setup", "ssrc", "extmap", "bundle-only"],
]);

/** What is wrong with an attribute of the application's, written `name` or `name:value` (RFC 8866 §5.13); undefined when nothing is. */
export function sdpAttributeProblem(attribute: string): string | undefined {
  const name = String(attribute).split(":", 1)[0]!;
  if (!/^[!#$%&'*+\-.^_`{|}~0-9A-Za-z]+$/.test(name)) return `an attribute name, not ${JSON.stringify(name.slice(0, 80))}`;
  if (/[\0\r\n]/.test(attribute)) return `one line each, unlike ${name}`;
  return owned.has(name.toLowerCase()) ? `attributes that the stack does not write itself, unlike ${name}` : undefined;
}
