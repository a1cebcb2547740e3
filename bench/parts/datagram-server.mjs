// What bench/media-load.mjs compares with: the same packets through node:dgram alone. Every packet that comes is thrown away, and every
// stream sends one that never changes each 20 ms; nothing is parsed, decoded, encoded or counted beyond its number.
import { createSocket } from "node:dgram";
import { tellWhenAsked } from "../lib/measured-part.mjs";

const [calls, loadPort] = process.argv.slice(2).map(Number);
const lookup = (host, _options, callback) => callback(null, host, 4);
const packet = Buffer.alloc(172, 0xd5);
packet[0] = 0x80;
let received = 0;
let sent = 0;

async function openStream(index) {
  const socket = createSocket({ type: "udp4", lookup });
  await new Promise((resolve) => socket.bind(0, "127.0.0.1", resolve));
  socket.on("message", () => received++);
  return { socket, dueMs: performance.now() + 100 + (20 * index) / calls };
}

const streams = await Promise.all(Array.from({ length: calls }, (_, index) => openStream(index)));
process.send({ ports: streams.map(({ socket }) => socket.address().port) });

let head = 0;
setTimeout(function wake() {
  const nowMs = performance.now();
  for (let stream = streams[head]; stream.dueMs <= nowMs; stream = streams[head]) {
    stream.socket.send(packet, loadPort, "127.0.0.1");
    stream.dueMs += 20;
    sent++;
    head = (head + 1) % calls;
  }
  setTimeout(wake, 1);
}, 1);

tellWhenAsked(() => ({ heard: received, sent }));
