import { readFile, writeFile } from "node:fs/promises";
import type { IssuedCertificate } from "@sidetone/testkit";
import { freePorts } from "../process/free-ports.ts";
import { PeerProcess } from "../process/peer-process.ts";
import { ScratchFolder } from "../process/scratch-folder.ts";
import { answersOptions } from "../process/sip-ping.ts";

export interface TwinOptions {
  /** What it shows to those who connect over TLS. */
  certificate: IssuedCertificate;
  /** Where users are who did not register: a contact URI each. */
  locations?: Readonly<Record<string, string>>;
  /** Whether it answers 503 to everything. */
  isUnavailable?: boolean;
  /** Whether who calls has to prove who he is. Default true. */
  asksCallers?: boolean;
  /** That of one that was there before. Default: a free one, with the next. */
  port?: number;
}

/** A running kamailio, one of those behind the name sip.test. Any user's password is `secret-<user>`. */
export interface Twin extends AsyncDisposable {
  readonly ports: Readonly<Record<"UDP" | "TCP" | "TLS", number>>;
  readonly process: PeerProcess;
}

/** Starts a kamailio on ports of its own; it answers when this resolves. */
export async function startTwin({
  certificate,
  locations = {},
  isUnavailable = false,
  asksCallers = true,
  port,
}: TwinOptions): Promise<Twin> {
  const folder = await ScratchFolder.make("kamailio-twin");
  const { path } = folder;
  const first = port ?? (await freePorts(2));
  const values: Readonly<Record<string, string | number>> = {
    PORT: first,
    TLS: first + 1,
    FOLDER: path,
    ASKSCALLERS: asksCallers ? "yes" : "no",
    UNAVAILABLE: isUnavailable ? "yes" : "no",
    LOCATIONS: Object.entries(locations)
      .map(([user, contact]) => `\t$sht(location=>${user}) = "${contact}";`)
      .join("\n"),
  };
  const template = await readFile(new URL("twin.cfg", import.meta.url), "utf8");
  const files = {
    "kamailio.cfg": template.replace(/@(PORT|TLS|FOLDER|UNAVAILABLE|ASKSCALLERS|LOCATIONS)@/g, (_, name: string) => String(values[name])),
    "server.pem": certificate.cert,
    "server.key": certificate.key,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(folder.file(name), text);
  const args = ["-DD", "-E", "-f", folder.file("kamailio.cfg"), "-Y", path, "-w", path, "-m", "32", "-M", "4", "-a", "no"];
  const process = new PeerProcess("kamailio", args, { cwd: path, atMostSeconds: 120 });
  const close = async (): Promise<void> => {
    process.signalAll("SIGCONT");
    await process[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  };
  try {
    await answersOptions(first);
    return { ports: { UDP: first, TCP: first, TLS: first + 1 }, process, [Symbol.asyncDispose]: close };
  } catch (cause) {
    await close();
    throw new Error(`kamailio did not start:\n${process.lastWords}`, { cause });
  }
}
