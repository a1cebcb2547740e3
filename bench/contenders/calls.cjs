// Contenders of the kit's part 2: the peers that the goals name, and ours.
const { join } = require("node:path");
const kit = join(process.env.SIDETONE_KIT, "2-calls");
const peers = require(join(kit, "contenders.cjs")).filter(({ name }) => name === "npm-sip-4MB" || name === "kamailio-tm");
const absolute = (cmd) => cmd.map((word) => (word.startsWith("uas/") ? join(kit, word) : word));

module.exports = [
  ...peers.map((peer) => ({ ...peer, cmd: absolute(peer.cmd) })),
  { name: "sidetone", cmd: [process.execPath, join(__dirname, "uas.mjs")], kind: "Node, the whole stack, external media; sends 180 too" },
];
