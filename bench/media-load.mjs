// node bench/media-load.mjs [calls] [seconds]: so many G.711 calls in one process, media both ways from a second one (this).
// Every packet received is decoded and metered, every one sent is encoded from PCM that differs per call; jitter buffer and RTCP are on.
import { fork } from "node:child_process";
import { createSocket } from "node:dgram";

const calls = Number(process.argv[2] ?? 500);
const seconds = Number(process.argv[3] ?? 20);
const firstPort = 30_000;
const settleMs = 3000;
const lookup = (host, _options, callback) => callback(null, host, 4);

const gapsMs = [];
const lastMs = new Float64Array(calls);
let received = 0;

async function openSocket(index) {
  const socket = createSocket({ type: "udp4", lookup });
  await new Promise((resolve) => socket.bind(firstPort + 2 * index, "127.0.0.1", resolve));
  socket.on("message", () => {
    const nowMs = performance.now();
    if (lastMs[index] > 0) gapsMs.push(Math.abs(nowMs - lastMs[index] - 20));
    lastMs[index] = nowMs;
    received++;
  });
  return socket;
}

const sockets = await Promise.all(Array.from({ length: calls }, (_, index) => openSocket(index)));
const server = fork(new URL("parts/media-server.mjs", import.meta.url), [String(calls), String(firstPort)]);
const next = () => new Promise((resolve) => server.once("message", resolve));
const { ports } = await next();

const packets = ports.map((_, index) => {
  const packet = Buffer.alloc(172, 0xd5 ^ (index & 0x7f));
  packet[0] = 0x80;
  packet[1] = 0;
  packet.writeUInt32BE(1000 + index, 8);
  return packet;
});
const counts = new Uint32Array(calls);
const dueMs = ports.map((_, index) => performance.now() + 100 + (20 * index) / calls);
let head = 0;
function send() {
  const nowMs = performance.now();
  for (; dueMs[head] <= nowMs; head = (head + 1) % calls) {
    const packet = packets[head];
    packet.writeUInt16BE(++counts[head] & 0xffff, 2);
    packet.writeUInt32BE((counts[head] * 160) >>> 0, 4);
    sockets[head].send(packet, ports[head], "127.0.0.1");
    dueMs[head] += 20;
  }
  timer = setTimeout(send, 1);
}
let timer = setTimeout(send, 1);

await new Promise((resolve) => setTimeout(resolve, settleMs));
server.send("begin");
gapsMs.length = 0;
await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
server.send("end");
const { cpuPercent, lost, late, heard, sent, rss } = await next();
clearTimeout(timer);
for (const socket of sockets) socket.close();

gapsMs.sort((a, b) => a - b);
const percentile = (share) => gapsMs[Math.floor(gapsMs.length * share)]?.toFixed(2);
console.log(`${calls} calls, ${seconds} s: ${cpuPercent.toFixed(1)} % of a core, RSS ${(rss / 1e6).toFixed(0)} MB`);
console.log(`received ${heard}, lost ${lost}, late ${late}; sent ${sent}, of which ${received} came here`);
console.log(`deviation of the spacing from 20 ms, seen from the other process: p50 ${percentile(0.5)} ms, p99 ${percentile(0.99)} ms`);
