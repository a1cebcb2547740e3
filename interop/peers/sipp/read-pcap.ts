import { readFile } from "node:fs/promises";
import { parseRtp, type RtpPacket } from "sidetone/rtp";

/** Where sip-tester keeps its recordings. */
export const sippPcapFolder = "/usr/share/sip-tester";

const fileHeaderBytes = 24;
const recordHeaderBytes = 16;
/** Ethernet, IPv4 without options, UDP. */
const lowerHeaderBytes = 14 + 20 + 8;

/** The RTP packets of one of sip-tester's pcaps, in order. */
export async function readRtpPcap(name: string): Promise<RtpPacket[]> {
  const bytes = await readFile(`${sippPcapFolder}/${name}`);
  const packets: RtpPacket[] = [];
  for (let at = fileHeaderBytes; at + recordHeaderBytes <= bytes.length;) {
    const captured = bytes.readUInt32LE(at + 8);
    const record = bytes.subarray(at + recordHeaderBytes, at + recordHeaderBytes + captured);
    const packet = parseRtp(record.subarray(lowerHeaderBytes));
    if (!packet) throw new Error(`${name} holds something else than RTP`);
    packets.push(packet);
    at += recordHeaderBytes + captured;
  }
  return packets;
}
