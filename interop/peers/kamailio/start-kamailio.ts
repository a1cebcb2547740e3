import { readFile, writeFile } from "node:fs/promises";
import type { TransportName } from "sidetone/transport";
import type { IssuedCertificate } from "@sidetone/testkit";
import type { PeerPlace } from "../network/nat-network.ts";
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
  /** Another namespace than this process's, in which `port` is free. */
  place?: PeerPlace;
  /** Opens TLS, WS and WSS, too, on the next three ports. */
  streams?: KamailioCertificate;
  /** Users beside alice, bob and phone. */
  users?: readonly string[];
}

/** What it shows to those who connect over TLS, and whom it trusts. */
export interface KamailioCertificate {
  readonly certificate: IssuedCertificate;
  readonly authority: IssuedCertificate;
}

/** A running kamailio: a stateful proxy and registrar for the domain sip.test, to which every user's password is `secret-<user>`. */
export class Kamailio implements AsyncDisposable {
  readonly port: number;
  readonly process: PeerProcess;
  readonly #folder: ScratchFolder;
  readonly #address: string;

  /** @internal Use {@link startKamailio}. */
  constructor(port: number, process: PeerProcess, folder: ScratchFolder, address = "127.0.0.1") {
    this.#address = address;
    this.port = port;
    this.process = process;
    this.#folder = folder;
  }

  portOf(transport: TransportName): number {
    return portsFrom(this.port)[transport];
  }

  get hostPort(): string {
    return `${this.#address}:${this.port}`;
  }

  /** Where it is to be reached over one transport. */
  uri(transport: TransportName): string {
    return `sip:${this.#address}:${this.portOf(transport)};transport=${transport.toLowerCase()}`;
  }

  /** Ends it as a power cut does, without a word to anybody. */
  async kill(): Promise<void> {
    this.process.signalAll("SIGKILL");
    await this[Symbol.asyncDispose]();
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
  const port = options.port ?? (await freePorts(options.streams ? 4 : 1));
  const file = folder.file("kamailio.cfg");
  const { path } = folder;
  await writeFile(file, await configuration(port, path, options));
  const { streams } = options;
  if (streams) {
    const { certificate, authority } = streams;
    const files = { "server.pem": certificate.cert, "server.key": certificate.key, "ca.pem": authority.cert };
    for (const [name, text] of Object.entries(files)) await writeFile(folder.file(name), text);
  }
  const memory = streams ? ["-A", "WITH_STREAMS", "-m", "48", "-M", "8"] : ["-m", "32", "-M", "4"];
  const args = ["-DD", "-E", "-f", file, "-Y", path, "-w", path, ...memory, "-a", "no"];
  const { place } = options;
  const [program, all] = place?.command("kamailio", args) ?? ["kamailio", args];
  const kamailio = new Kamailio(port, new PeerProcess(program, all, { cwd: path, atMostSeconds: 120 }), folder, place?.address);
  try {
    if (place) await kamailio.process.printed(/Listening on/);
    else await answersOptions(port);
    return kamailio;
  } catch (cause) {
    await kamailio[Symbol.asyncDispose]();
    throw new Error(`kamailio did not start:\n${kamailio.process.lastWords}`, { cause });
  }
}

/** UDP and TCP share their port, the others are on the next ones. */
function portsFrom(port: number): Readonly<Record<TransportName, number>> {
  return { UDP: port, TCP: port, TLS: port + 1, WS: port + 2, WSS: port + 3 };
}

async function configuration(
  port: number,
  folder: string,
  { locations = {}, algorithm = "MD5", leastExpiresSeconds = 1, users: more = [], place }: KamailioOptions,
): Promise<string> {
  const template = await readFile(new URL("kamailio.cfg", import.meta.url), "utf8");
  const users = [
    ...[...callers, ...more].map((user) => `\t$sht(password=>${user}) = "${passwordOf(user)}";`),
    ...Object.entries(locations).map(([user, contact]) => `\t$sht(location=>${user}) = "${contact}";`),
  ];
  const values: Readonly<Record<string, string>> = {
    PORT: String(port),
    TLS: String(port + 1),
    WS: String(port + 2),
    WSS: String(port + 3),
    FOLDER: folder,
    ALGORITHM: algorithm,
    LEASTEXPIRES: String(leastExpiresSeconds),
    USERS: users.join("\n"),
  };
  const placed = place ? template.replaceAll("127.0.0.1", place.address) : template;
  return placed.replace(/@(PORT|TLS|WS|WSS|FOLDER|ALGORITHM|LEASTEXPIRES|USERS)@/g, (_, name: string) => values[name]!);
}
