import { readdir, readFile, writeFile } from "node:fs/promises";
import { eventually } from "../process/eventually.ts";
import { freePorts, isFree } from "../process/free-ports.ts";
import { PeerProcess } from "../process/peer-process.ts";
import { ScratchFolder } from "../process/scratch-folder.ts";
import { parseSippStatistics, retransmissionsIn, type SippStatistics } from "./sipp-statistics.ts";

export interface SippOptions {
  /** `uac` or `uas` for the scenarios that are built in, else the name of a file in `scenarios/`, without `.xml`. */
  scenario: string;
  /** Where a calling scenario sends to, `127.0.0.1:5060`. */
  target?: string;
  /** User part of the request URI. */
  service?: string;
  calls: number;
  callsPerSecond?: number;
  /** `u1` UDP; `t1` one TCP connection; `tn` one TCP connection for each call. Default `u1`. */
  transport?: "u1" | "t1" | "tn";
  /** What stands in place of `@name@` in the scenario's file. */
  values?: Readonly<Record<string, string>>;
  /** Pause between ACK and BYE of the built-in scenario, in milliseconds. Default 0. */
  pauseMs?: number;
  /** Sends RTP back as it came. Default false. */
  rtpEcho?: boolean;
  /** Longest run, in seconds. Default 60. */
  atMostSeconds?: number;
}

export interface SippResult extends SippStatistics {
  /** Messages of either side that were sent again. */
  readonly messagesRetransmitted: number;
  readonly exitCode: number;
  /** What went otherwise than the scenario says. */
  readonly errors: string;
}

/** A running sipp: a scenario of calls, played as fast as asked. */
export class Sipp implements AsyncDisposable {
  readonly port: number;
  readonly process: PeerProcess;
  readonly #folder: ScratchFolder;

  /** @internal Use {@link startSipp}. */
  constructor(port: number, process: PeerProcess, folder: ScratchFolder) {
    this.port = port;
    this.process = process;
    this.#folder = folder;
  }

  /** Waits until all calls of the scenario are over. */
  async finished(): Promise<SippResult> {
    const exitCode = await this.process.exited;
    const errors = await readFile(this.#folder.file("errors.log"), "utf8").catch(() => "");
    const csv = await readFile(this.#folder.file("statistics.csv"), "utf8").catch(() => {
      throw new Error(`sipp ended with ${exitCode} before it counted anything:\n${this.process.lastWords}`);
    });
    const countsFile = (await readdir(this.#folder.path)).find((name) => name.endsWith("_counts.csv"));
    const counts = await readFile(this.#folder.file(countsFile!), "utf8");
    return { ...parseSippStatistics(csv), messagesRetransmitted: retransmissionsIn(counts), exitCode, errors };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }
}

/** Starts sipp on ports of its own; a called one listens when this resolves. */
export async function startSipp(options: SippOptions): Promise<Sipp> {
  const folder = await ScratchFolder.make("sipp");
  const port = await freePorts(12);
  const { atMostSeconds = 60 } = options;
  // sipp names some of its files after the scenario's, and writes them beside it.
  if (!isBuiltIn(options.scenario)) await writeFile(folder.file(`${options.scenario}.xml`), await scenarioText(options));
  const process = new PeerProcess("sipp", sippArguments(options, port, folder), { cwd: folder.path, atMostSeconds });
  const sipp = new Sipp(port, process, folder);
  if (options.target === undefined) await listening(sipp, options.transport ?? "u1");
  return sipp;
}

async function listening(sipp: Sipp, transport: "u1" | "t1" | "tn"): Promise<void> {
  try {
    await eventually("sipp listens", async () => {
      if (sipp.process.hasExited) throw new Error(`sipp ended with ${sipp.process.exitCode}:\n${sipp.process.lastWords}`);
      return !(await isFree(sipp.port, transport === "u1" ? "UDP" : "TCP"));
    });
  } catch (error) {
    await sipp[Symbol.asyncDispose]();
    throw error;
  }
}

function sippArguments(options: SippOptions, port: number, folder: ScratchFolder): string[] {
  const { scenario, target, service, calls, callsPerSecond = 10, transport = "u1", pauseMs = 0 } = options;
  return [
    ...(isBuiltIn(scenario) ? ["-sn", scenario] : ["-sf", `${scenario}.xml`]),
    ...["-i", "127.0.0.1", "-mi", "127.0.0.1", "-p", String(port), "-mp", String(port + 4), "-t", transport],
    ...["-m", String(calls), "-r", String(callsPerSecond), "-l", String(calls), "-d", String(pauseMs)],
    ...(service === undefined ? [] : ["-s", service]),
    ...["-trace_stat", "-stf", folder.file("statistics.csv"), "-fd", "1"],
    "-trace_counts",
    ...["-trace_err", "-error_file", folder.file("errors.log"), "-nostdin", "-deadcall_wait", "0"],
    ...(options.rtpEcho ? ["-rtp_echo"] : []),
    ...(transport === "tn" ? ["-max_socket", "5000"] : []),
    ...(target === undefined ? [] : [target]),
  ];
}

function isBuiltIn(scenario: string): boolean {
  return scenario === "uac" || scenario === "uas";
}

async function scenarioText({ scenario, values = {} }: SippOptions): Promise<string> {
  const text = await readFile(new URL(`scenarios/${scenario}.xml`, import.meta.url), "utf8");
  return text.replace(/@(\w+)@/g, (_, name: string) => values[name]!);
}
