import { RtpPacket, RtpPacketView, type RtpPacketInit } from "@sidetone/rtp-core";

/** A view of a packet with the fields given; the rest is an ordinary packet of PCMU. */
export function rtpView(init: Partial<RtpPacketInit> = {}): RtpPacketView {
  const view = new RtpPacketView();
  const packet = new RtpPacket({ payloadType: 0, sequenceNumber: 1, timestamp: 160, ssrc: 0x1111, payload: new Uint8Array(160), ...init });
  if (!view.reset(packet.serialize())) throw new Error(`the test made an invalid packet: ${view.rejection}`);
  return view;
}
