import { eventually } from "../process/eventually.ts";
import { freePorts, isFree } from "../process/free-ports.ts";
import { PeerProcess } from "../process/peer-process.ts";
import { ScratchFolder } from "../process/scratch-folder.ts";

export const coturnRealm = "sip.test";
export const coturnUser = { username: "test", password: "secret-test" };

export interface CoturnOptions {
  /** Binding requests need the user's name and password. Default false. */
  secure?: boolean;
  /** Listens at 127.0.0.2 and the next port, too, and tells so by OTHER-ADDRESS (RFC 5780). Default false. */
  hasOtherAddress?: boolean;
}

/** A running coturn, for STUN over UDP at 127.0.0.1 and ::1. */
export class Coturn implements AsyncDisposable {
  readonly port: number;
  readonly process: PeerProcess;
  readonly #folder: ScratchFolder;

  /** @internal Use {@link startCoturn}. */
  constructor(port: number, process: PeerProcess, folder: ScratchFolder) {
    this.port = port;
    this.process = process;
    this.#folder = folder;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }
}

/** Starts a coturn on a port of its own; it listens when this resolves. */
export async function startCoturn({ secure = false, hasOtherAddress = false }: CoturnOptions = {}): Promise<Coturn> {
  const folder = await ScratchFolder.make("coturn");
  const port = await freePorts(2);
  const { username, password } = coturnUser;
  const addresses = ["127.0.0.1", hasOtherAddress ? "127.0.0.2" : "::1"];
  const args = [
    ...["-n", ...addresses.map((address) => `--listening-ip=${address}`), `--listening-port=${port}`, `--realm=${coturnRealm}`],
    ...(hasOtherAddress ? [`--alt-listening-port=${port + 1}`] : ["--no-rfc5780"]),
    ...["--no-tcp", "--no-tls", "--no-dtls", "--no-cli", "--lt-cred-mech", `--user=${username}:${password}`],
    ...["--log-file=stdout", "--simple-log", `--pidfile=${folder.file("pid")}`, `--userdb=${folder.file("turndb")}`],
    ...(secure ? ["--secure-stun"] : ["--stun-only"]),
  ];
  const coturn = new Coturn(port, new PeerProcess("turnserver", args, { cwd: folder.path, atMostSeconds: 120 }), folder);
  try {
    await coturn.process.printed(/DB connection success/);
    await eventually("coturn has its port", async () => !(await isFree(port, "UDP")));
    return coturn;
  } catch (cause) {
    await coturn[Symbol.asyncDispose]();
    throw new Error(`coturn did not start:\n${coturn.process.lastWords}`, { cause });
  }
}
