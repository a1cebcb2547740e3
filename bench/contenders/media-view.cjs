// The same in place: one view pointed at packet after packet, headers written into one buffer, as streams do it.
const { RtpPacketView, writeRtpHeader } = require("../../packages/rtp-core/dist/index.js");

const view = new RtpPacketView();
const target = Buffer.alloc(1500);

module.exports = {
  name: "sidetone rtp-core, in place",
  kind: "rtp",
  parse(bytes) {
    view.reset(bytes);
    return view;
  },
  /** Header and payload of the packet into the send buffer; the next packet goes over it. */
  serialize(packet) {
    const offset = writeRtpHeader(target, packet.payloadType, packet.marker, packet.sequenceNumber + 1, packet.timestamp, packet.ssrc);
    const { buffer, payloadOffset, payloadLength } = packet;
    for (let i = 0; i < payloadLength; i++) target[offset + i] = buffer[payloadOffset + i];
    return target;
  },
  seq: (packet) => packet.sequenceNumber,
};
