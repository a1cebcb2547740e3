import { readFile, writeFile } from "node:fs/promises";
import { freePorts } from "../process/free-ports.ts";
import { PeerProcess } from "../process/peer-process.ts";
import { ScratchFolder } from "../process/scratch-folder.ts";
import { answersOptions } from "../process/sip-ping.ts";

export interface KamailioOptions {
  /** Where each user is: a contact URI, as a registration would have stored it. */
  locations?: Readonly<Record<string, string>>;
  /** Digest algorithm of its challenges. Default MD5. */
  algorithm?: "MD5" | "SHA-256";
  /** Shortest registration that it takes, in seconds; 423 below. Default 1. */
  leastExpiresSeconds?: number;
  /** That of one that was there before. Default: a free one. */
  port?: number;
}

/** A running kamailio: a stateful proxy and registrar for the domain sip.test, to which every user's password is `secret-<user>`. */
export class Kamailio implements AsyncDisposable {
  readonly port: number;
  readonly process: PeerProcess;
  readonly #folder: ScratchFolder;

  /** @internal Use {@link startKamailio}. */
  constructor(port: number, process: PeerProcess, folder: ScratchFolder) {
    this.port = port;
    this.process = process;
    this.#folder = folder;
  }

  get hostPort(): string {
    return `127.0.0.1:${this.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }
}

export const kamailioDomain = "sip.test";

/** Users who may register and call. `busy`, `moved` and `blackhole` can be called, with what their names promise. */
const callers = ["alice", "bob", "phone"];

export const passwordOf = (user: string): string => `secret-${user}`;

/** Starts a kamailio on a port of its own; it answers when this resolves. */
export async function startKamailio(options: KamailioOptions = {}): Promise<Kamailio> {
  const folder = await ScratchFolder.make("kamailio");
  const port = options.port ?? (await freePorts(1));
  const file = folder.file("kamailio.cfg");
  await writeFile(file, await configuration(port, options));
  const { path } = folder;
  const args = ["-DD", "-E", "-f", file, "-Y", path, "-w", path, "-m", "32", "-M", "4", "-a", "no"];
  const kamailio = new Kamailio(port, new PeerProcess("kamailio", args, { cwd: path, atMostSeconds: 120 }), folder);
  try {
    await answersOptions(port);
    return kamailio;
  } catch (cause) {
    await kamailio[Symbol.asyncDispose]();
    throw new Error(`kamailio did not start:\n${kamailio.process.lastWords}`, { cause });
  }
}

async function configuration(
  port: number,
  { locations = {}, algorithm = "MD5", leastExpiresSeconds = 1 }: KamailioOptions,
): Promise<string> {
  const template = await readFile(new URL("kamailio.cfg", import.meta.url), "utf8");
  const users = [
    ...callers.map((user) => `\t$sht(password=>${user}) = "${passwordOf(user)}";`),
    ...Object.entries(locations).map(([user, contact]) => `\t$sht(location=>${user}) = "${contact}";`),
  ];
  const values: Readonly<Record<string, string>> = {
    PORT: String(port),
    ALGORITHM: algorithm,
    LEASTEXPIRES: String(leastExpiresSeconds),
    USERS: users.join("\n"),
  };
  return template.replace(/@(PORT|ALGORITHM|LEASTEXPIRES|USERS)@/g, (_, name: string) => values[name]!);
}
