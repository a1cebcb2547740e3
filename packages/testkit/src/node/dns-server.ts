import { createSocket, type RemoteInfo, type Socket as DatagramSocket } from "node:dgram";
import { createServer, type Server, type Socket } from "node:net";
import type { Resolver } from "@sidetone/infra-common";
import { addressData, naptrData, parseQuery, recordTypes, srvData, writeResponse, type DnsQuery } from "./dns-message.ts";

/** A datagram without EDNS takes no more (RFC 1035 §4.2.1). */
const longestDatagramBytes = 512;
const longestMessageBytes = 65_535;
const mostAttempts = 20;

/**
 * A name server on a port of 127.0.0.1, over UDP and TCP, for what asks through the system: it says what `resolver` knows, with its
 * delays, failures and silences.
 */
export class DnsServer implements AsyncDisposable {
  readonly #resolver: Resolver;
  readonly #datagrams: DatagramSocket = createSocket("udp4");
  readonly #streams: Server = createServer((socket) => this.#serveStream(socket));
  readonly #connections = new Set<Socket>();
  readonly #abort = new AbortController();

  private constructor(resolver: Resolver) {
    this.#resolver = resolver;
    this.#datagrams.on("message", (data, from) => void this.#answerDatagram(data, from));
  }

  /** Rejects with the system's error. */
  static async start(resolver: Resolver): Promise<DnsServer> {
    for (let attempt = 1; ; attempt++) {
      const server = new DnsServer(resolver);
      try {
        await server.#open();
        return server;
      } catch (error) {
        await server.close();
        // The port that was free for UDP was not for TCP.
        if (attempt === mostAttempts || (error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
      }
    }
  }

  #open(): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      this.#datagrams.once("error", reject);
      this.#datagrams.bind(0, "127.0.0.1", () => {
        this.#streams.once("error", reject);
        this.#streams.listen(this.#datagrams.address().port, "127.0.0.1", resolve);
      });
    });
  }

  /** `127.0.0.1:port`, as `NodeResolver` wants its servers. */
  get hostPort(): string {
    return `127.0.0.1:${this.#datagrams.address().port}`;
  }

  async close(): Promise<void> {
    if (this.#abort.signal.aborted) return;
    this.#abort.abort();
    for (const connection of this.#connections) connection.destroy();
    await Promise.all([
      new Promise<void>((resolve) => this.#datagrams.close(resolve)),
      new Promise<void>((resolve) => this.#streams.close(() => resolve())),
    ]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #answerDatagram(data: Buffer, { address, port }: RemoteInfo): Promise<void> {
    const response = await this.#answer(data, longestDatagramBytes);
    if (response && !this.#abort.signal.aborted) this.#datagrams.send(response, port, address);
  }

  /** Each message has its length before it (RFC 1035 §4.2.2). */
  #serveStream(socket: Socket): void {
    this.#connections.add(socket);
    socket.on("close", () => this.#connections.delete(socket)).on("error", () => {});
    let received = Buffer.alloc(0);
    socket.on("data", (data) => {
      received = Buffer.concat([received, data]);
      while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
        const end = 2 + received.readUInt16BE(0);
        void this.#answer(received.subarray(2, end), longestMessageBytes).then((response) => response && socket.write(framed(response)));
        received = received.subarray(end);
      }
    });
  }

  async #answer(data: Buffer, longestBytes: number): Promise<Buffer | undefined> {
    const query = parseQuery(data);
    if (!query) return undefined;
    try {
      const { records, ttlSeconds } = await this.#ask(query);
      return writeResponse(query, records.length > 0 ? "noError" : "nameError", records, ttlSeconds, longestBytes);
    } catch {
      return writeResponse(query, "serverFailure", [], 0, longestBytes);
    }
  }

  async #ask({ name, type }: DnsQuery): Promise<{ records: Buffer[]; ttlSeconds: number }> {
    const options = { signal: this.#abort.signal };
    if (type === recordTypes.A || type === recordTypes.AAAA) {
      const { records, ttlSeconds = 0 } = await this.#resolver.resolveAddresses(name, type === recordTypes.A ? 4 : 6, options);
      return { records: records.map(addressData), ttlSeconds };
    }
    if (type === recordTypes.SRV) {
      const { records, ttlSeconds = 0 } = await this.#resolver.resolveSrv(name, options);
      return { records: records.map(srvData), ttlSeconds };
    }
    if (type !== recordTypes.NAPTR) return { records: [], ttlSeconds: 0 };
    const { records, ttlSeconds = 0 } = await this.#resolver.resolveNaptr(name, options);
    return { records: records.map(naptrData), ttlSeconds };
  }
}

function framed(response: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(response.length, 0);
  return Buffer.concat([length, response]);
}
