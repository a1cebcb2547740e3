// node bench/create-client.mjs [processes]: how long `createClient` takes in a process that has just started, the first time and afterwards.
// Beside it what Node itself takes for two ports, in a process of its own.
import { execFileSync } from "node:child_process";
import { spread } from "./lib/statistics.mjs";

const processes = Number(process.argv[2]) || 10;
const clients = `
import { createClient } from "sidetone";
const timesMs = [];
for (let count = 0; count < 21; count++) {
  const startMs = performance.now();
  const client = await createClient({ listen: "127.0.0.1:0" });
  timesMs.push(performance.now() - startMs);
  await client.close();
}
console.log(JSON.stringify(timesMs));
`;
const bareSockets = `
import { createSocket } from "node:dgram";
import { createServer } from "node:net";
const startMs = performance.now();
const datagrams = createSocket("udp4");
await new Promise((resolve) => datagrams.bind(0, "127.0.0.1", resolve));
const connections = createServer();
await new Promise((resolve) => connections.listen(0, "127.0.0.1", resolve));
console.log(JSON.stringify([performance.now() - startMs]));
datagrams.close();
connections.close();
`;

const run = (code) => JSON.parse(execFileSync(process.execPath, ["--input-type=module", "-e", code], { cwd: import.meta.dirname }));

const firstMs = [];
const laterMs = [];
const bareMs = [];
for (let count = 0; count < processes; count++) {
  const [first, ...later] = run(clients);
  firstMs.push(first);
  laterMs.push(...later);
  bareMs.push(...run(bareSockets));
}
console.log(`createClient, UDP and TCP bound, ${processes} processes: the first ${spread(firstMs)} ms, later ones ${spread(laterMs)} ms`);
console.log(`two ports bound by node:dgram and node:net alone: ${spread(bareMs)} ms`);
