// node bench/create-client.mjs [processes]: how long `createClient` takes in a process that has just started, the first time and afterwards.
import { execFileSync } from "node:child_process";
import { spread } from "./lib/statistics.mjs";

const processes = Number(process.argv[2]) || 10;
const measured = `
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

const firstMs = [];
const laterMs = [];
for (let count = 0; count < processes; count++) {
  const [first, ...later] = JSON.parse(
    execFileSync(process.execPath, ["--input-type=module", "-e", measured], { cwd: import.meta.dirname }),
  );
  firstMs.push(first);
  laterMs.push(...later);
}
console.log(`createClient, UDP and TCP bound, ${processes} processes: the first ${spread(firstMs)} ms, later ones ${spread(laterMs)} ms`);
