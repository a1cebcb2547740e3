import { readdir, writeFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { eventually } from "../process/eventually.ts";
import { freePorts } from "../process/free-ports.ts";
import { PeerProcess } from "../process/peer-process.ts";
import { ScratchFolder } from "../process/scratch-folder.ts";
import { BaresipControl } from "./baresip-control.ts";
import { baresipAccount, baresipConfig, type BaresipAccount } from "./baresip-config.ts";

const keyGapMs = 150;

/** A running baresip: a phone that nobody here wrote. */
export class Baresip implements AsyncDisposable {
  readonly uri: string;
  readonly sipPort: number;
  readonly process: PeerProcess;
  readonly #folder: ScratchFolder;
  readonly #control: BaresipControl;

  /** @internal Use {@link startBaresip}. */
  constructor(uri: string, sipPort: number, process: PeerProcess, folder: ScratchFolder, control: BaresipControl) {
    this.uri = uri;
    this.sipPort = sipPort;
    this.process = process;
    this.#folder = folder;
    this.#control = control;
  }

  /** A command of its menu: `dial`, `accept`, `hangup`, `hold`, `resume` … */
  command(command: string, params?: string): Promise<string> {
    return this.#control.command(command, params);
  }

  event(...args: Parameters<BaresipControl["event"]>): ReturnType<BaresipControl["event"]> {
    return this.#control.event(...args);
  }

  get events(): BaresipControl["events"] {
    return this.#control.events;
  }

  /** Presses keys as a hand does, one after the other. */
  async press(digits: string): Promise<void> {
    for (const digit of digits) {
      await this.command("sndcode", digit);
      await delay(keyGapMs);
    }
  }

  /** The digits that it heard, each press once. */
  get digitsHeard(): string {
    return [...this.process.output.matchAll(/received event: '(.)' \(end=1\)/g)].map((match) => match[1]).join("");
  }

  /** Audio and event packets that it received in its only call, once the call has ended. */
  async packetsReceived(): Promise<number> {
    return Number((await this.process.printed(/^packets: +\d+ +(\d+)/m))[1]);
  }

  /** The WAV file of what it heard (`dec`) or said (`enc`) in its only call; complete once the call has ended. */

  async recording(of: "dec" | "enc"): Promise<string> {
    const name = await eventually(`baresip's ${of} recording`, async () =>
      (await readdir(this.#folder.path)).find((file) => file.endsWith(`-${of}.wav`)),
    );
    return this.#folder.file(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#control[Symbol.dispose]();
    await this.process[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }
}

/** Starts a baresip on ports of its own; ready to call and be called when this resolves. */
export async function startBaresip(account: BaresipAccount = {}): Promise<Baresip> {
  const folder = await ScratchFolder.make("baresip");
  const first = await freePorts(24);
  const ports = { sip: first, control: first + 2, firstRtp: first + 4, lastRtp: first + 23 };
  await writeFile(folder.file("config"), baresipConfig(folder.path, ports, account));
  await writeFile(folder.file("accounts"), baresipAccount(account));
  await writeFile(folder.file("contacts"), "");
  // At a second signal it leaves at once, without taking back its registration.
  const options = { cwd: folder.path, atMostSeconds: 120, signalOnce: true };
  const process = new PeerProcess("baresip", ["-4", "-s", "-v", "-f", folder.path], options);
  try {
    await process.printed(/baresip is ready/);
    const control = await BaresipControl.connect(ports.control);
    return new Baresip(`sip:${account.user ?? "phone"}@127.0.0.1:${ports.sip}`, ports.sip, process, folder, control);
  } catch (error) {
    await process[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
    throw error;
  }
}
