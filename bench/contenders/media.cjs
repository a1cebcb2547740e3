// RTP header reading and writing, for the kit's 4-media/media.cjs.
const { parseRtp } = require("../../packages/rtp-core/dist/index.js");

module.exports = {
  name: "sidetone rtp-core",
  kind: "rtp",
  parse: parseRtp,
  serialize: (packet) => packet.serialize(),
  seq: (packet) => packet.sequenceNumber,
};
