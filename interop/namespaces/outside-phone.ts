import { readdir, writeFile } from "node:fs/promises";
import { onTestFailed, onTestFinished } from "vitest";
import { baresipAccount, baresipConfig, type BaresipAccount } from "../peers/baresip/baresip-config.ts";
import type { PeerPlace } from "../peers/network/nat-network.ts";
import { eventually } from "../peers/process/eventually.ts";
import { PeerProcess } from "../peers/process/peer-process.ts";
import { ScratchFolder } from "../peers/process/scratch-folder.ts";

/** A baresip in another namespace, which is told by its command line whom to call. */
export interface OutsidePhone {
  readonly process: PeerProcess;
  /** The WAV file of what it heard in its call, once that has ended. */
  heard(): Promise<string>;
}

const ports = { sip: 5080, control: 5082, firstRtp: 20_000, lastRtp: 20_099 };

export const outsidePhoneUri = ({ address }: PeerPlace): string => `sip:phone@${address}:${ports.sip}`;

/** Starts it; with `calls`, it calls there at once. */
export async function openOutsidePhone(place: PeerPlace, account: BaresipAccount, calls?: string): Promise<OutsidePhone> {
  const folder = await ScratchFolder.make("baresip");
  onTestFinished(() => folder[Symbol.asyncDispose]());
  // Its control port stays on the loopback address of its namespace, where nobody is.
  const config = baresipConfig(folder.path, ports)
    .replace("net_interface\t127.0.0.1", "net_interface\teth0")
    .replace(`sip_listen\t127.0.0.1`, `sip_listen\t${place.address}`);
  await writeFile(folder.file("config"), config);
  await writeFile(folder.file("accounts"), baresipAccount({ domain: `${place.address}:${ports.sip}`, ...account }));
  await writeFile(folder.file("contacts"), "");
  const args = ["-4", "-s", "-v", "-f", folder.path, ...(calls === undefined ? [] : ["-e", `/dial ${calls}`])];
  const [program, all] = place.command("baresip", args);
  const process = new PeerProcess(program, all, { cwd: folder.path, atMostSeconds: 120, signalOnce: true });
  onTestFinished(() => process[Symbol.asyncDispose]());
  onTestFailed(() => console.log(process.lastWords));
  await process.printed(/baresip is ready/);
  return {
    process,
    heard: async () => {
      const find = async (): Promise<string | undefined> => (await readdir(folder.path)).find((file) => file.endsWith("-dec.wav"));
      return folder.file(await eventually("baresip's recording", find));
    },
  };
}
