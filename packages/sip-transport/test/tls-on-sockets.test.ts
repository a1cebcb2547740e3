import { createConnection, type Socket } from "node:net";
import { connect, TLSSocket, type ConnectionOptions } from "node:tls";
import { describe, expect, onTestFinished, test } from "vitest";
import { delay, NodeNetwork, systemClock, systemEnvironment, type StreamConnection, type StreamListener } from "@sidetone/infra-common";
import { createSipTransports, SipTransportError, viaFor, type Flow, type SipTransportsOptions } from "@sidetone/sip-transport";
import { optionsRequest } from "./messages.ts";
import { RecordingUser } from "./recording-user.ts";
import { testCertificates } from "./support/certificates.ts";

// TLS works on the system's own socket where the network has one, and on the connection as a stream where it has none. Both on real sockets here.

const { ca, good } = testCertificates();
const address = "127.0.0.1";
const explicit = { messageBytes: 500, transportIsExplicit: true };
const hello = optionsRequest("SIP/2.0/TLS x.invalid;branch=z9hG4bK1");
/** The flow of a connection, which what is above never closes itself. */
type ClosableFlow = Flow & { close(reason: Error): Promise<void>; giveUp(code: string, why: string): void; abort(): void };
const enough = new SipTransportError("SIP_TRANSPORT_CLOSED", "enough");

/** The system's sockets, which are given away or not. */
class WatchedNetwork extends NodeNetwork {
  taken = 0;
  readonly #isGivingAway: boolean;

  constructor(isGivingAway: boolean) {
    super();
    this.#isGivingAway = isGivingAway;
  }

  override listenStream(options: Parameters<NodeNetwork["listenStream"]>[0], listener: StreamListener) {
    const onConnection = (connection: StreamConnection) => listener.onConnection(this.#watch(connection));
    return super.listenStream(options, { onConnection, onServerError: (error) => listener.onServerError(error) });
  }

  override async connectStream(...connecting: Parameters<NodeNetwork["connectStream"]>) {
    return this.#watch(await super.connectStream(...connecting));
  }

  #watch(connection: StreamConnection): StreamConnection {
    const take = connection.takeSocket!.bind(connection);
    const watched: StreamConnection["takeSocket"] = (layer) => (this.taken++, take(layer));
    return Object.defineProperty(connection, "takeSocket", { value: this.#isGivingAway ? watched : undefined });
  }
}

describe.each([
  ["the system's own socket", true],
  ["a connection as a stream", false],
])("TLS on %s", (_what, isGivingAway) => {
  async function setUp(options: SipTransportsOptions = {}) {
    const network = new WatchedNetwork(isGivingAway);
    const transports = createSipTransports(
      { ...systemEnvironment(), network },
      { tls: { cert: good.cert, key: good.key, ca: ca.cert }, ...options },
    );
    const user = (transports.user = new RecordingUser());
    onTestFinished(() => transports.close());
    const { port } = await transports.listen({ transport: "TLS", address, port: 0 });
    /** A peer on a socket of its own; it says hello once it is let in, unless it is to be silent. */
    const visit = ({ isSilent = false, ...more }: { isSilent?: boolean } & ConnectionOptions = {}) => {
      const raw = createConnection({ host: address, port });
      const socket = connect({ socket: raw, rejectUnauthorized: false, ...more });
      if (!isSilent) socket.once("secureConnect", () => socket.write(hello));
      onTestFinished(() => void raw.destroy());
      return { raw, socket, errors: noted(raw, socket) };
    };
    /** The flow of the next peer. */
    const heard = async () => {
      await eventually(() => user.requests.length).toBe(1);
      return user.requests.shift()!.flow as ClosableFlow;
    };
    return { network, transports, user, port, visit, heard };
  }

  test("carries messages both ways", async () => {
    const { network, transports, port, heard } = await setUp();
    const flow = await transports.flowTo({ transport: "TLS", address, port, hostName: "example.com" }, explicit);
    flow.send(optionsRequest(viaFor(flow, "z9hG4bK1")));
    const inbound = await heard();
    inbound.send(optionsRequest(viaFor(inbound, "z9hG4bK2")));
    expect(await heard()).toBe(flow);
    expect(network.taken).toBe(isGivingAway ? 2 : 0);
  });

  test("leaves nothing open, whoever breaks the connection and when", async () => {
    const { visit, heard } = await setUp();
    const { port, visit: visitInHaste } = await setUp({ firstMessageTimeoutMs: 30 });
    const before = openSockets();
    for (let i = 0; i < 20; i++) {
      const inHello = createConnection({ host: address, port });
      noted(inHello);
      inHello.write(Buffer.from("16030100c8010000c40303", "hex"), () => void (i % 2 ? inHello.resetAndDestroy() : inHello.end()));
      inHello.resume();
      visitInHaste({ isSilent: true }).socket.resume();
      const soon = visitInHaste({ isSilent: true });
      soon.raw.once("connect", () => soon.raw.resetAndDestroy());
      const rubbish = createConnection({ host: address, port });
      noted(rubbish);
      rubbish.end("OPTIONS sip:example.com SIP/2.0\r\n\r\n");
      rubbish.resume();
    }
    for (const end of ["by peer", "reset by peer", "closed", "given up", "closed, then aborted"]) {
      const { raw, socket } = visit();
      socket.resume();
      const flow = await heard();
      if (end === "by peer") socket.end();
      else if (end === "reset by peer") raw.resetAndDestroy();
      if (end.startsWith("closed")) void flow.close(enough);
      if (end.endsWith("aborted")) flow.abort();
      if (end === "given up") flow.giveUp("SIP_TRANSPORT_CLOSED", "enough");
      await eventually(() => raw.destroyed && flow.isClosed).toBe(true);
    }
    await eventually(openSockets).toBe(before);
  });

  test("says of a connection that broke what the system says", async () => {
    const { visit, heard, user } = await setUp();
    const { raw, socket } = visit();
    socket.once("data", () => {});
    const flow = await heard();
    raw.resetAndDestroy();
    await eventually(() => flow.isClosed).toBe(true);
    const cause = { name: "NetworkError", code: "NETWORK_FAILED", cause: { code: "ECONNRESET" } };
    expect(user.failures).toMatchObject([{ flow, error: { code: "SIP_TRANSPORT_CONNECTION_LOST", cause } }]);
  });

  test("resets a connection that is given up while its peer reads nothing: what the system has taken is not sent any more", async () => {
    const queuedBytes = 2 ** 20;
    const { visit, heard } = await setUp({ queuedBytes });
    const { socket } = visit();
    let received = 0;
    let sent = 0;
    const flow = await heard();
    socket.pause().on("data", (data: Buffer) => void (received += data.length));
    for (; !flow.isClosed; sent += 100_000) {
      flow.send(Buffer.alloc(100_000, 0x61));
      await delay(systemClock, 1);
    }
    socket.resume();
    await eventually(() => socket.destroyed).toBe(true);
    expect(received).toBeLessThan(sent - queuedBytes - 100_000);
  });

  test("ends a connection in order before it is broken, when all could be sent", async () => {
    const { visit, heard } = await setUp();
    const { socket, errors } = visit();
    let bytes = 0;
    let hasEnded = false;
    socket.on("data", (data: Buffer) => void (bytes += data.length));
    socket.once("end", () => void (hasEnded = true));
    const flow = await heard();
    flow.send(Buffer.alloc(100_000, 0x61));
    await flow.close(enough);
    flow.abort();
    await eventually(() => hasEnded).toBe(true);
    expect([bytes, errors]).toEqual([100_000, []]);
  });

  test("lets go at once of a peer that takes nothing of what is left to send", async () => {
    const { visit, heard } = await setUp({ queuedBytes: 64 * 2 ** 20 });
    const { raw, socket } = visit();
    const flow = await heard();
    socket.pause();
    raw.pause();
    const before = openSockets();
    flow.send(Buffer.alloc(16 * 2 ** 20, 0x61));
    const closed = flow.close(enough);
    await delay(systemClock, 20);
    expect(openSockets()).toBe(before);
    flow.abort();
    await closed;
    await eventually(openSockets).toBe(before - 1);
  });

  test("closes a connection that stays silent, before the handshake and after", async () => {
    const { visit, port } = await setUp({ firstMessageTimeoutMs: 50 });
    const dumb = createConnection({ host: address, port });
    noted(dumb);
    const silent = visit({ isSilent: true });
    for (const socket of [dumb, silent.socket]) await eventually(() => (socket.resume(), socket.destroyed)).toBe(true);
  });

  test("counts the connections of an address from their arrival to their end", async () => {
    const { visit, heard } = await setUp({ connectionsPerAddress: 2 });
    const first = visit();
    await heard();
    visit();
    await heard();
    const third = visit();
    await eventually(() => third.raw.destroyed).toBe(true);
    first.raw.resetAndDestroy();
    await expect
      .poll(async () => {
        const { socket } = visit();
        return new Promise((resolve) => socket.once("secureConnect", () => resolve(true)).once("close", () => resolve(false)));
      })
      .toBe(true);
  });
});

/** Waits for what comes soon, and later on a busy machine. */
function eventually<Value>(read: () => Value) {
  return expect.poll(read, { timeout: 10_000 });
}

/** The sockets of this process that the system has open. */
function openSockets(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === "TCPSocketWrap").length;
}

/** The codes of the errors that these meet. */
function noted(...sockets: (Socket | TLSSocket)[]): string[] {
  const codes: string[] = [];
  for (const socket of sockets) socket.on("error", (error: NodeJS.ErrnoException) => codes.push(error.code ?? error.message));
  return codes;
}
