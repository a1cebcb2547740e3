import type { SocketAddress } from "@sidetone/infra-common";

/** What a TCP segment is for. Sequence numbers are not needed: links keep the order of segments. */
export type SegmentKind = "SYN" | "SYN-ACK" | "ACK" | "DATA" | "FIN" | "RST";

/** One packet on its way, as it looks on the segment of the network where it is now: a NAT hands on a copy with another address. */
export interface Packet {
  readonly id: number;
  readonly protocol: "UDP" | "TCP";
  readonly source: SocketAddress;
  readonly destination: SocketAddress;
  readonly data: Buffer;
  /** TCP only. */
  readonly segment?: SegmentKind;
  /** With ACK: bytes that the receiver has taken since it last said so. */
  readonly consumedBytes?: number;
  /** What an ICMP "port unreachable" does to the socket that sent it. */
  readonly onPortUnreachable?: () => void;
}

/** Something with an address: a host, or the outer side of a NAT. */
export interface Station {
  receive(packet: Packet): void;
}

/** Where packets go whose destination is not in the address space: a NAT. */
export interface Gateway {
  forwardOut(packet: Packet): void;
}

/** IP and transport headers, in bytes. */
export function headerBytes(packet: Packet): number {
  const ip = packet.destination.address.includes(":") ? 40 : 20;
  return ip + (packet.protocol === "UDP" ? 8 : 20);
}
