import type { WireEvent } from "./wire-tap.ts";

/** What a payload looks like. */
export type PacketKind = "SIP" | "RTP" | "RTCP" | "STUN" | "DTLS" | "keep-alive" | "TCP" | "data";

/** A payload recognised by its content, as one who watches the wire must. */
export interface PacketDescription {
  readonly kind: PacketKind;
  /** One line for people. */
  readonly summary: string;
}

/** The start line of a SIP message (RFC 3261 §7.1, §7.2). */
const startLine = /^(?:SIP\/2\.0 \d{3} [^\r\n]*|[A-Z][\w.!%*+`'~-]* [^\r\n ]+ SIP\/2\.0)(?=\r?\n|$)/i;
const cseqField = /^CSeq[ \t]*:[ \t]*(\d+)[ \t]+(\S+)/im;
const rtcpTypes: Readonly<Record<number, string>> = {
  200: "SR",
  201: "RR",
  202: "SDES",
  203: "BYE",
  204: "APP",
  205: "RTPFB",
  206: "PSFB",
  207: "XR",
};

/** Recognises SIP text, RTP, RTCP (RFC 5761 §4), STUN and DTLS (RFC 7983 §7), and keep-alives (RFC 5626 §3.5.1). */
export function describePacket({ protocol, data, segment }: Pick<WireEvent, "protocol" | "data" | "segment">): PacketDescription {
  if (segment !== undefined && segment !== "DATA") return { kind: "TCP", summary: segment };
  if (isBlank(data)) return { kind: "keep-alive", summary: data.length === 0 ? "empty datagram" : "CRLF keep-alive" };
  const text = data.toString("latin1");
  const first = startLine.exec(text)?.[0];
  if (first !== undefined) return { kind: "SIP", summary: describeSip(first, text) };
  const described = protocol === "UDP" ? describeBinary(data) : undefined;
  return described ?? { kind: "data", summary: `${data.length} bytes${protocol === "TCP" ? " of a stream" : ""}` };
}

/** The start line, and for a response the request that it belongs to. */
function describeSip(first: string, text: string): string {
  const cseq = cseqField.exec(text);
  if (!cseq) return first;
  return first.startsWith("SIP/2.0 ") ? `${first}  (${cseq[1]} ${cseq[2]})` : `${first}  (${cseq[1]})`;
}

function describeBinary(data: Buffer): PacketDescription | undefined {
  const first = data[0] as number;
  if (first < 4 && data.length >= 20 && data.readUInt32BE(4) === 0x2112a442)
    return { kind: "STUN", summary: describeStun(data.readUInt16BE(0)) };
  if (first >= 20 && first <= 63 && data.length >= 13) return { kind: "DTLS", summary: `DTLS record, ${data.length} bytes` };
  if (first >> 6 !== 2 || data.length < 8) return undefined;
  const type = data[1] as number;
  const rtcp = rtcpTypes[type];
  // RFC 5761 §4: payload types 64-95 with the marker bit would look like these.
  if (rtcp !== undefined) return { kind: "RTCP", summary: `RTCP ${rtcp} SSRC ${hex(data.readUInt32BE(4))}, ${data.length} bytes` };
  if (data.length < 12) return undefined;
  const marker = type >= 128 ? " marker" : "";
  const numbers = `sequence ${data.readUInt16BE(2)} timestamp ${data.readUInt32BE(4)}`;
  return { kind: "RTP", summary: `RTP payload type ${type & 127}${marker} SSRC ${hex(data.readUInt32BE(8))} ${numbers}` };
}

function describeStun(type: number): string {
  const stunClass = ["request", "indication", "success response", "error response"][((type >> 7) & 2) | ((type >> 4) & 1)] as string;
  const method = ((type >> 2) & 0xf80) | ((type >> 1) & 0x70) | (type & 0xf);
  return `STUN ${method === 1 ? "Binding" : `method 0x${method.toString(16)}`} ${stunClass}`;
}

function isBlank(data: Buffer): boolean {
  return data.every((byte) => byte === 13 || byte === 10 || byte === 0);
}

function hex(ssrc: number): string {
  return ssrc.toString(16).padStart(8, "0");
}
