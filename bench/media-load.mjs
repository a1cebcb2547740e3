// node bench/media-load.mjs [calls] [seconds] [rounds] [--scpu 1] [--lcpu 0]: so many G.711 calls in one process, media both ways from a second one (this).
// That has one socket for all of them: with one for each it would take as much of the cache that both share as the server does, and a peer
// on another machine takes none.
// Every packet received is decoded and metered, every one sent is encoded from PCM that differs per call; jitter buffer and RTCP are on.
// In turn with it, node:dgram alone moves the same packets: what Node takes for them before anybody has looked at one.
// The kit's C pacer (clock_nanosleep, one sendto a packet) then sends as many streams to this same receiver: what the machine allows.
import { createSocket } from "node:dgram";
import { option } from "./lib/arguments.mjs";
import { program } from "./lib/kit.mjs";
import { pin, runForJson, sleep, start } from "./lib/processes.mjs";
import { percentile, spread } from "./lib/statistics.mjs";

const [calls = 500, seconds = 10, rounds = 3] = process.argv.slice(2, 5).map(Number).filter(Boolean);
const serverCpu = option("scpu", "1");
const loadCpu = option("lcpu", "0");
const loadPort = 30_000;
const pacerPort = 29_998;
const settleMs = 3000;
const lookup = (host, _options, callback) => callback(null, host, 4);

/** How far every packet's distance from the one before it in its stream is from 20 ms. */
class Spacing {
  deviationsMs = [];
  received = 0;
  #lastMs = new Map();

  onPacket(stream) {
    const nowMs = performance.now();
    const lastMs = this.#lastMs.get(stream);
    if (lastMs !== undefined) this.deviationsMs.push(Math.abs(nowMs - lastMs - 20));
    this.#lastMs.set(stream, nowMs);
    this.received++;
  }

  toString() {
    const at = (percent) => percentile(this.deviationsMs, percent).toFixed(2);
    return `p50 ${at(50)} ms, p99 ${at(99)} ms`;
  }
}

async function openSocket(port, onMessage) {
  const socket = createSocket({ type: "udp4", lookup, recvBufferSize: 4 << 20 });
  await new Promise((resolve) => socket.bind(port, "127.0.0.1", resolve));
  return socket.on("message", onMessage);
}

pin(process.pid, loadCpu);
let spacing = new Spacing();
const loadSocket = await openSocket(loadPort, (_packet, from) => spacing.onPacket(from.port));
const ours = [];
const bare = [];
for (let round = 0; round < rounds; round++) {
  bare.push(await measure("datagram-server.mjs"));
  ours.push(await measure("media-server.mjs"));
}
loadSocket.close();

const of = (measured, field) => measured.map((each) => each[field]);
const ratios = ours.map(({ cpuPercent }, round) => cpuPercent / bare[round].cpuPercent);
const sum = (field) => of(ours, field).reduce((total, count) => total + count, 0);
const { rss, spacing: lastSpacing } = ours.at(-1);
console.log(
  `${calls} calls, ${rounds} rounds of ${seconds} s: ${spread(of(ours, "cpuPercent"))} % of a core, RSS ${(rss / 1e6).toFixed(0)} MB`,
);
console.log(`node:dgram alone, the same packets: ${spread(of(bare, "cpuPercent"))} % of a core; ours ${spread(ratios)} times as much`);
console.log(`in all rounds: received ${sum("heard")}, lost ${sum("lost")}, late ${sum("late")}; sent ${sum("sent")}`);
console.log(`deviation of the spacing from 20 ms, seen from the other process in the last round: ${lastSpacing}`);
console.log(`the C pacer, ${calls} streams, seen likewise: ${await measurePacer()}`);

/** Runs a server of `parts/` under the load; what it says of itself, and the spacing of its packets. */
async function measure(part) {
  const file = new URL(`parts/${part}`, import.meta.url).pathname;
  const server = start([process.execPath, ...process.execArgv, file, String(calls), String(loadPort)], {
    cpu: serverCpu,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const next = () => new Promise((resolve) => server.once("message", resolve));
  const { ports } = await next();
  spacing = new Spacing();
  const stopSending = sendSpread(ports);
  await sleep(settleMs);
  server.send("begin");
  spacing = new Spacing();
  await sleep(seconds * 1000);
  server.send("end");
  const measured = await next();
  stopSending();
  const ended = new Promise((resolve) => server.once("exit", resolve));
  server.disconnect();
  await ended;
  return { ...measured, spacing };
}

/** Sends a packet to each port every 20 ms, the ports spread evenly; returns what ends it. */
function sendSpread(to) {
  const streams = to.map((port, index) => {
    const packet = Buffer.alloc(172, 0xd5 ^ (index & 0x7f));
    packet[0] = 0x80;
    packet[1] = 0;
    packet.writeUInt32BE(1000 + index, 8);
    return { port, packet, count: 0, dueMs: performance.now() + 100 + (20 * index) / calls };
  });
  let head = 0;
  let nextMs = 0;
  // Sleeps here and not in the event loop: to wake that for each packet would be work of the server, which no other machine asks of it. And it
  // does sleep: an event loop that never did would fill the cache that both share with its garbage.
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  const look = () => {
    immediate = setImmediate(look);
    Atomics.wait(sleeper, 0, 0, 0.2);
    const nowMs = performance.now();
    if (nowMs < nextMs) return;
    nextMs = nowMs + 1;
    for (let stream = streams[head]; stream.dueMs <= nowMs; stream = streams[head]) {
      const { packet, port } = stream;
      packet.writeUInt16BE(++stream.count & 0xffff, 2);
      packet.writeUInt32BE((stream.count * 160) >>> 0, 4);
      loadSocket.send(packet, port, "127.0.0.1");
      stream.dueMs += 20;
      head = (head + 1) % calls;
    }
  };
  let immediate = setImmediate(look);
  return () => clearImmediate(immediate);
}

/** The same figures for the kit's C pacer. */
async function measurePacer() {
  const pacer = program("rtp_pace_c");
  if (!pacer) return "not measured (the kit is not here, or gcc is missing)";
  const seen = new Spacing();
  const socket = await openSocket(pacerPort, (packet) => seen.onPacket(packet.readUInt32BE(8)));
  const { cpuPct } = await runForJson([pacer, String(pacerPort), String(calls), String(seconds)], { cpu: serverCpu });
  socket.close();
  return `${seen}, ${cpuPct} % of a core (one way, nothing encoded)`;
}
