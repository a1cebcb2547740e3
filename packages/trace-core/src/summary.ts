/** The deciding words of a message for one arrow of a ladder: `INVITE (SDP)`, `180 Ringing`, `200 OK · INVITE (SDP sendonly)`. */
export function summarize(text: string): string {
  const endOfLine = text.indexOf("\r\n");
  const startLine = endOfLine < 0 ? text.slice(0, 60) : text.slice(0, endOfLine);
  const body = bodySummary(text);
  if (!startLine.startsWith("SIP/2.0 ")) return `${startLine.slice(0, startLine.indexOf(" "))}${body}`;
  const method = /^CSeq[ \t]*:[ \t]*\d+[ \t]+(\S+)/im.exec(text)?.[1] ?? "";
  const status = startLine.slice("SIP/2.0 ".length);
  return method === "INVITE" && /^1/.test(status) && !body ? status : `${status} · ${method}${body}`;
}

function bodySummary(text: string): string {
  const endOfHead = text.indexOf("\r\n\r\n");
  const body = endOfHead < 0 ? "" : text.slice(endOfHead + 4);
  if (body.length === 0) return "";
  if (!body.startsWith("v=0")) return " (body)";
  const direction = /^a=(sendonly|recvonly|inactive)\r?$/m.exec(body)?.[1];
  return direction ? ` (SDP ${direction})` : " (SDP)";
}
