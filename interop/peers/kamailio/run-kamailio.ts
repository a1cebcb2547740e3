import { readFile, writeFile } from "node:fs/promises";
import { PeerProcess } from "../process/peer-process.ts";
import { ScratchFolder } from "../process/scratch-folder.ts";
import { answersOptions } from "../process/sip-ping.ts";

export interface KamailioRun {
  /** Beside this module; `@NAME@` in it stands for a value, `@FOLDER@` for the folder of the files. */
  template: string;
  values: Readonly<Record<string, string | number>>;
  /** Further files that it reads, by name. */
  files?: Readonly<Record<string, string>>;
  /** Further arguments. */
  args?: readonly string[];
  /** Where it takes SIP over UDP. */
  port: number;
}

/** A running kamailio. */
export interface RunningKamailio extends AsyncDisposable {
  readonly process: PeerProcess;
}

/** Runs a kamailio in a folder of its own; it answers when this resolves. */
export async function runKamailio({ template, values, files = {}, args = [], port }: KamailioRun): Promise<RunningKamailio> {
  const folder = await ScratchFolder.make("kamailio");
  const { path } = folder;
  const all: typeof values = { ...values, FOLDER: path };
  const configuration = (await readFile(new URL(template, import.meta.url), "utf8")).replace(/@([A-Z]+)@/g, (_, name: string) =>
    String(all[name]),
  );
  for (const [name, text] of Object.entries({ ...files, "kamailio.cfg": configuration })) await writeFile(folder.file(name), text);
  const fixed = ["-DD", "-E", "-f", folder.file("kamailio.cfg"), "-Y", path, "-w", path, "-a", "no"];
  const process = new PeerProcess("kamailio", [...fixed, ...args], { cwd: path, atMostSeconds: 120 });
  const close = async (): Promise<void> => {
    process.signalAll("SIGCONT"); // it may have been stopped
    await process[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  };
  try {
    await answersOptions(port);
    return { process, [Symbol.asyncDispose]: close };
  } catch (cause) {
    await close();
    throw new Error(`kamailio did not start:\n${process.lastWords}`, { cause });
  }
}
