import { readFile, writeFile } from "node:fs/promises";
import { freePorts } from "../process/free-ports.ts";
import { PeerProcess } from "../process/peer-process.ts";
import { ScratchFolder } from "../process/scratch-folder.ts";
import { answersOptions } from "../process/sip-ping.ts";

/** A running kamailio that has a part in SIP outbound: the registrar of sip.test, to which any user's password is `secret-<user>`, or an edge proxy. */
export interface OutboundServer extends AsyncDisposable {
  /** UDP and TCP. */
  readonly port: number;
  readonly process: PeerProcess;
}

/** What the registrar asks for in `Flow-Timer`, in seconds. */
const flowTimerSeconds = 40;

/** Starts an edge proxy before `registrar`, or, without one, the registrar itself; it answers when this resolves. */
export async function startOutbound(registrar?: OutboundServer): Promise<OutboundServer> {
  const folder = await ScratchFolder.make("kamailio-outbound");
  const { path } = folder;
  const port = await freePorts(1);
  const values: Readonly<Record<string, string | number>> = {
    PORT: port,
    REGISTRAR: `127.0.0.1:${registrar?.port}`,
    FLOWTIMER: flowTimerSeconds,
  };
  const template = await readFile(new URL("outbound.cfg", import.meta.url), "utf8");
  const file = folder.file("kamailio.cfg");
  await writeFile(
    file,
    template.replace(/@(PORT|REGISTRAR|FLOWTIMER)@/g, (_, name: string) => String(values[name])),
  );
  const role = registrar ? ["-A", "WITH_EDGE"] : [];
  const args = ["-DD", "-E", "-f", file, "-Y", path, "-w", path, ...role, "-m", "32", "-M", "4", "-a", "no"];
  const process = new PeerProcess("kamailio", args, { cwd: path, atMostSeconds: 120 });
  const close = async (): Promise<void> => {
    await process[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  };
  try {
    await answersOptions(port);
    return { port, process, [Symbol.asyncDispose]: close };
  } catch (cause) {
    await close();
    throw new Error(`kamailio did not start:\n${process.lastWords}`, { cause });
  }
}
