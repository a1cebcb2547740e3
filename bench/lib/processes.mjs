// Starting processes on a CPU of their own, and reading what they use from /proc (Linux).
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { endGroup, spawnGroup } from "./caretaker.mjs";

const canPin = spawnSync("taskset", ["-V"]).status === 0;

/** Starts `command` on CPU `cpu`, with its children: {@link end} ends them all, and so does the end of this process. */
export function start(command, { cpu, ...options } = {}) {
  const argv = canPin && cpu !== undefined ? ["taskset", "-c", String(cpu), ...command] : command;
  return spawnGroup(argv[0], argv.slice(1), options);
}

/** Keeps a process that runs already on CPU `cpu`. */
export function pin(pid, cpu) {
  if (canPin) spawnSync("taskset", ["-a", "-cp", cpu, String(pid)]);
}

/** Kills a process of {@link start} with all its children. */
export const end = endGroup;

/** Runs `command` to its end and gives the last line that it prints, as JSON. */
export async function runForJson(command, options) {
  const child = start(command, { ...options, stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  child.stdout.on("data", (text) => (printed += text));
  const status = await new Promise((resolve) => child.on("close", resolve));
  try {
    return JSON.parse(printed.trim().split("\n").at(-1));
  } catch {
    throw new Error(`${command.join(" ")} ended with status ${status}: ${printed.slice(0, 500)}`);
  }
}

/** Exact CPU seconds that a process and its children have used, and seconds that they were ready to run and did not get a CPU. */
export function cpuOf(pid) {
  const used = { cpuSeconds: 0, waitedSeconds: 0 };
  for (const id of family(pid)) {
    for (const thread of entries(`/proc/${id}/task`)) {
      const [cpuNs = 0, waitedNs = 0] = read(`/proc/${id}/task/${thread}/schedstat`).split(" ").map(Number);
      used.cpuSeconds += cpuNs / 1e9;
      used.waitedSeconds += waitedNs / 1e9;
    }
  }
  return used;
}

/** Resident bytes of a process and its children: now, and at their peak. */
export function memoryOf(pid) {
  const bytes = (id, field) => 1024 * Number(new RegExp(`${field}:\\s+(\\d+)`).exec(read(`/proc/${id}/status`))?.[1] ?? 0);
  const ids = family(pid);
  const sum = (field) => ids.reduce((total, id) => total + bytes(id, field), 0);
  return { rssBytes: sum("VmRSS"), peakRssBytes: sum("VmHWM") };
}

/** What the kernel says of the UDP socket on `port`: undefined when there is none. */
export function udpSocket(port) {
  for (const line of read("/proc/net/udp").split("\n").slice(1)) {
    const fields = line.trim().split(/\s+/);
    if (parseInt(fields[1]?.split(":")[1] ?? "", 16) === port) return { dropped: Number(fields.at(-1)) };
  }
  return undefined;
}

/** A UDP port of 127.0.0.1 that nobody uses now. */
export function freePort() {
  for (;;) {
    const port = 20_000 + 2 * Math.floor(Math.random() * 5000);
    if (!udpSocket(port)) return port;
  }
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function family(pid) {
  const children = entries(`/proc/${pid}/task`).flatMap((thread) =>
    read(`/proc/${pid}/task/${thread}/children`).split(/\s+/).filter(Boolean),
  );
  return [String(pid), ...children.flatMap(family)];
}

function entries(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
