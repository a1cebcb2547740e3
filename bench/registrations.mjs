// node --expose-gc bench/registrations.mjs [accounts]: what an idle registered account keeps, in one client with many and as a client of its own.
// The registrar is a socket in a worker, so that none of its memory is counted.
import { createClient } from "sidetone";
import { Worker } from "node:worker_threads";

const accounts = Number(process.argv[2]) || 5_000;
const clients = Math.min(accounts, 500);

const registrar = new Worker(
  `const { createSocket } = require("node:dgram");
  const { parentPort } = require("node:worker_threads");
  const socket = createSocket({ type: "udp4", recvBufferSize: 4 << 20 });
  socket.on("message", (data, { address, port }) => {
    const lines = data.toString("latin1").split("\\r\\n");
    const field = (name) => lines.find((line) => line.startsWith(name + ": "));
    const kept = ["Via", "From", "To", "Call-ID", "CSeq"].map(field);
    const contact = field("Contact") + (field("Expires") === "Expires: 0" ? ";expires=0" : ";expires=3600");
    kept[2] += ";tag=registrar";
    socket.send(["SIP/2.0 200 OK", ...kept, contact, "Content-Length: 0", "", ""].join("\\r\\n"), port, address);
  });
  socket.bind(0, "127.0.0.1", () => parentPort.postMessage(socket.address().port));`,
  { eval: true },
);
const port = await new Promise((resolve) => registrar.once("message", resolve));
const account = (i) => ({ uri: `sip:user${i}@example.com`, password: "secret", registrar: `sip:127.0.0.1:${port}`, autoRegister: false });
const open = (list) => createClient({ listen: "127.0.0.1:0", media: "external", accounts: list });

/** Bytes of the heap and beside it once nothing lingers: transactions live for up to 32 s. */
async function keptBytes() {
  await new Promise((resolve) => setTimeout(resolve, 6_000)); // Timer K of the REGISTERs, and what was queued
  for (let i = 0; i < 4; i++) globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function registerAll(list) {
  for (let i = 0; i < list.length; i += 50) await Promise.all(list.slice(i, i + 50).map((each) => each.register()));
}

const warm = await open([account(0)]);
await registerAll(warm.accounts);
await warm.close();

const before = await keptBytes();
const one = await open(Array.from({ length: accounts }, (_, i) => account(i)));
const idle = await keptBytes();
await registerAll(one.accounts);
const registered = await keptBytes();
const active = one.accounts.filter(({ registration }) => registration.state === "Active").length;

const many = [];
for (let i = 0; i < clients; i++) many.push(await open([account(i)]));
await registerAll(many.flatMap((client) => client.accounts));
const withClients = await keptBytes();

const kib = (bytes, count) => `${(bytes / 1024 / count).toFixed(2)} KiB`;
console.log(`${active} of ${accounts} accounts registered in one client: ${kib(registered - before, accounts)} each,`);
console.log(`  of which ${kib(idle - before, accounts)} without their registration`);
console.log(
  `${clients} clients with one registered account, UDP and TCP bound, external media: ${kib(withClients - registered, clients)} each`,
);
await Promise.all([one, ...many].map((client) => client.close()));
await registrar.terminate();
