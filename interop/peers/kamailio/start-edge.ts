import { readFile, writeFile } from "node:fs/promises";
import type { IssuedCertificate } from "@sidetone/testkit";
import { freePorts } from "../process/free-ports.ts";
import { PeerProcess } from "../process/peer-process.ts";
import { ScratchFolder } from "../process/scratch-folder.ts";
import { answersOptions } from "../process/sip-ping.ts";

export interface EdgeOptions {
  /** What it shows to those who connect over TLS. */
  certificate: IssuedCertificate;
  /** Whom it trusts. */
  authority: IssuedCertificate;
  /** Whether clients have to show a certificate. */
  asksForCertificates?: boolean;
}

/** A running kamailio with a registrar, over every transport. */
export interface Edge extends AsyncDisposable {
  readonly ports: Readonly<Record<"UDP" | "TCP" | "TLS" | "WS" | "WSS", number>>;
  readonly process: PeerProcess;
}

/** Starts a kamailio on ports of its own; it answers when this resolves. Any user's password is `secret-<user>`. */
export async function startEdge({ certificate, authority, asksForCertificates = false }: EdgeOptions): Promise<Edge> {
  const folder = await ScratchFolder.make("kamailio-edge");
  const { path } = folder;
  const port = await freePorts(4);
  const ports = { UDP: port, TCP: port, TLS: port + 1, WS: port + 2, WSS: port + 3 };
  const verify = asksForCertificates ? 1 : 0;
  const values: Readonly<Record<string, string | number>> = { ...ports, PORT: port, FOLDER: path, VERIFY: verify };
  const template = await readFile(new URL("edge.cfg", import.meta.url), "utf8");
  const files = {
    "kamailio.cfg": template.replace(/@(PORT|TLS|WS|WSS|FOLDER|VERIFY)@/g, (_, name: string) => String(values[name])),
    "server.pem": certificate.cert,
    "server.key": certificate.key,
    "ca.pem": authority.cert,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(folder.file(name), text);
  const args = ["-DD", "-E", "-f", folder.file("kamailio.cfg"), "-Y", path, "-w", path, "-m", "48", "-M", "8", "-a", "no"];
  const process = new PeerProcess("kamailio", args, { cwd: path, atMostSeconds: 120 });
  const close = async (): Promise<void> => {
    await process[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  };
  try {
    await answersOptions(port);
    return { ports, process, [Symbol.asyncDispose]: close };
  } catch (cause) {
    await close();
    throw new Error(`kamailio did not start:\n${process.lastWords}`, { cause });
  }
}
