/** An OPTIONS request as bytes; each part can be put wrong. */
export function optionsRequest(via: string, { callId = "call@test", extra = "", body = "", cseq = "1 OPTIONS" } = {}): Buffer {
  const lines = [
    "OPTIONS sip:bob@example.com SIP/2.0",
    `Via: ${via}`,
    "Max-Forwards: 70",
    "From: <sip:alice@example.com>;tag=a1",
    "To: <sip:bob@example.com>",
    `Call-ID: ${callId}`,
    `CSeq: ${cseq}`,
    ...(extra === "" ? [] : [extra]),
    `Content-Length: ${Buffer.byteLength(body)}`,
    "",
    body,
  ];
  return Buffer.from(lines.join("\r\n"));
}

/** A response that is not made from a request. */
export function strayResponse(via: string, callId = "stray@test"): Buffer {
  const lines = [
    "SIP/2.0 200 OK",
    `Via: ${via}`,
    "From: <sip:alice@example.com>;tag=a1",
    "To: <sip:bob@example.com>;tag=b1",
    `Call-ID: ${callId}`,
    "CSeq: 1 OPTIONS",
    "Content-Length: 0",
    "",
    "",
  ];
  return Buffer.from(lines.join("\r\n"));
}
