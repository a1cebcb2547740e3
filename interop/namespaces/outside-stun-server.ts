import { onTestFailed, onTestFinished } from "vitest";
import type { PeerPlace } from "../peers/network/nat-network.ts";
import { PeerProcess } from "../peers/process/peer-process.ts";
import { ScratchFolder } from "../peers/process/scratch-folder.ts";

/** A coturn in another namespace, which answers STUN and nothing else, until the test ends. */
export async function startStunServer(place: PeerPlace, port: number): Promise<void> {
  const folder = await ScratchFolder.make("coturn");
  onTestFinished(() => folder[Symbol.asyncDispose]());
  const [program, args] = place.command("turnserver", [
    ...["-n", `--listening-ip=${place.address}`, `--listening-port=${port}`, "--realm=sip.test", "--stun-only", "--no-rfc5780"],
    ...["--no-tcp", "--no-tls", "--no-dtls", "--no-cli", "--log-file=stdout", "--simple-log"],
    ...[`--pidfile=${folder.file("pid")}`, `--userdb=${folder.file("turndb")}`],
  ]);
  const server = new PeerProcess(program, args, { cwd: folder.path, atMostSeconds: 60 });
  onTestFinished(() => server[Symbol.asyncDispose]());
  onTestFailed(() => console.log(server.lastWords));
  await server.printed(/DB connection success/);
}
