/** Bytes of a message given as lines; what follows the empty line is the body as it stands. */
export function wire(lines: readonly string[], body: string = ""): Buffer {
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n${body}`, "utf8");
}

/** The lines of a well-formed INVITE without a body; `changes` replaces a line by name, or removes it (undefined). */
export function inviteLines(changes: Readonly<Record<string, string | undefined>> = {}, ...more: string[]): string[] {
  const lines: Record<string, string | undefined> = {
    start: "INVITE sip:bob@example.com SIP/2.0",
    Via: "Via: SIP/2.0/UDP pc33.example.com:5070;branch=z9hG4bK776asdhds;rport",
    "Max-Forwards": "Max-Forwards: 70",
    To: "To: Bob <sip:bob@example.com>",
    From: 'From: "Alice" <sip:alice@example.com>;tag=1928301774',
    "Call-ID": "Call-ID: a84b4c76e66710@pc33.example.com",
    CSeq: "CSeq: 314159 INVITE",
    Contact: "Contact: <sip:alice@pc33.example.com>",
    ...changes,
  };
  return [...Object.values(lines).filter((line) => line !== undefined), ...more];
}

/** A well-formed INVITE without a body, changed as {@link inviteLines} says. */
export function invite(changes: Readonly<Record<string, string | undefined>> = {}, ...more: string[]): Buffer {
  return wire(inviteLines(changes, ...more));
}
