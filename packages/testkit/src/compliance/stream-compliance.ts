import { createHash } from "node:crypto";
import type { ConnectStreamOptions, StreamConnection, StreamReceiver, StreamServer } from "@sidetone/infra-common";
import { codeOf, equal, settle, until, type ComplianceCase, type NetworkUnderTest } from "./compliance-case.ts";

const loopback = "127.0.0.1";
/** More than the buffers of any kernel take from a sender whose peer does not read. */
const megabytes = 16;

/** One end of a connection and what happens to it. */
class Recorder implements StreamReceiver {
  connection: StreamConnection | undefined;
  bytes = 0;
  readonly hash: ReturnType<typeof createHash> = createHash("sha1");
  text = "";
  drains = 0;
  readonly closings: (Error | undefined)[] = [];
  dataAfterClosing = 0;

  onData(data: Buffer): void {
    if (this.closings.length > 0) this.dataAfterClosing++;
    this.bytes += data.length;
    this.hash.update(data);
    if (this.text.length < 1000) this.text += data.toString("latin1");
  }

  onDrain(): void {
    this.drains++;
  }

  onClosed(error: Error | undefined): void {
    this.closings.push(error);
  }
}

interface Pair {
  readonly client: Recorder & { connection: StreamConnection };
  readonly server: Recorder & { connection: StreamConnection };
  readonly listener: StreamServer;
}

/** The rules of streams. */
export function streamCompliance(subject: NetworkUnderTest): readonly ComplianceCase[] {
  const { network } = subject;
  const listeners: StreamServer[] = [];
  const ends: Recorder[] = [];
  const listen = async (accept: boolean, port = 0): Promise<{ listener: StreamServer; accepted: Recorder[] }> => {
    const accepted: Recorder[] = [];
    const onConnection = (connection: StreamConnection): StreamReceiver | undefined => {
      const recorder = Object.assign(new Recorder(), { connection });
      accepted.push(recorder);
      ends.push(recorder);
      return accept ? recorder : undefined;
    };
    const listener = await settle(subject, network.listenStream({ address: loopback, port }, { onConnection, onServerError: () => {} }));
    listeners.push(listener);
    return { listener, accepted };
  };
  const connect = async (
    port: number,
    options: Partial<ConnectStreamOptions> = {},
  ): Promise<Recorder & { connection: StreamConnection }> => {
    const recorder = new Recorder();
    ends.push(recorder);
    const connection = await settle(subject, network.connectStream({ address: loopback, port, ...options }, recorder));
    return Object.assign(recorder, { connection });
  };
  const pair = async (): Promise<Pair> => {
    const { listener, accepted } = await listen(true);
    const client = await connect(listener.localPort);
    await until(subject, () => accepted.length === 1, "the connection to be accepted");
    return { client, server: accepted[0] as Pair["server"], listener };
  };
  const closed = (...recorders: Recorder[]): Promise<void> =>
    until(subject, () => recorders.every(({ closings }) => closings.length > 0), "both ends to be closed");
  const rule = (title: string, body: () => Promise<void>): ComplianceCase => ({
    title,
    run: async () => {
      try {
        await body();
      } finally {
        await Promise.all(listeners.splice(0).map((listener) => listener.close()));
        for (const { connection } of ends.splice(0)) await connection?.close({ abort: true });
      }
    },
  });

  return [
    rule("a connection has the same addresses at both ends, and carries bytes both ways", async () => {
      const { client, server, listener } = await pair();
      const { localAddress, localPort, remoteAddress, remotePort } = client.connection;
      equal([localAddress, remoteAddress, remotePort], [loopback, loopback, listener.localPort], "the client's view");
      equal([server.connection.remotePort, server.connection.localPort], [localPort, remotePort], "the server's view");
      equal(client.connection.send(Buffer.from("INVITE")), true, "a small send needs no drain");
      server.connection.send(Buffer.from("100 Trying"));
      await until(subject, () => client.text === "100 Trying" && server.text === "INVITE", "the bytes");
    }),
    rule("a connection to a port without a listener is refused", async () => {
      const { listener } = await listen(true);
      const port = listener.localPort;
      await listener.close();
      equal(await codeOf(connect(port)), "NETWORK_CONNECTION_REFUSED", "code");
    }),
    rule("connecting wants a numeric address and a port in range", async () => {
      equal(await codeOf(connect(5060, { address: "localhost" })), "NETWORK_FAILED", "a name");
      equal(await codeOf(connect(70_000)), "NETWORK_FAILED", "port 70000");
    }),
    rule("an aborted connect rejects with the reason untouched, whether before or meanwhile", async () => {
      const { listener } = await listen(true);
      const reason = { because: "the caller hung up" };
      const controller = new AbortController();
      const options = { address: loopback, port: listener.localPort };
      const reasonOf = (signal: AbortSignal): Promise<unknown> =>
        network.connectStream({ ...options, signal }, new Recorder()).catch((error: unknown) => error);
      const [before, meanwhile] = [reasonOf(AbortSignal.abort(reason)), reasonOf(controller.signal)];
      controller.abort(reason);
      equal((await settle(subject, before)) === reason, true, "aborted before: the same reason");
      equal((await settle(subject, meanwhile)) === reason, true, "aborted meanwhile: the same reason");
    }),
    rule("an abort after the connection is open does nothing to it", async () => {
      const { listener, accepted } = await listen(true);
      const controller = new AbortController();
      const client = await connect(listener.localPort, { signal: controller.signal });
      controller.abort();
      client.connection.send(Buffer.from("alive"));
      await until(subject, () => accepted[0]?.text === "alive", "the bytes");
    }),
    rule("a listener may refuse a connection: connecting fails, or the connection breaks at once", async () => {
      const { listener } = await listen(false);
      const client = await connect(listener.localPort).catch(() => undefined);
      if (!client) return;
      await closed(client);
      equal(client.closings.length, 1, "calls of onClosed");
    }),
    rule("megabytes arrive whole and in order, with back-pressure on the sender", async () => {
      const { client, server } = await pair();
      const expected = createHash("sha1");
      let waits = 0;
      for (let i = 0; i < 128; i++) {
        const chunk = Buffer.alloc(65_536, i);
        expected.update(chunk);
        if (i === 64) server.connection.pause();
        if (i === 65) server.connection.resume();
        const { drains } = client;
        if (client.connection.send(chunk)) continue;
        waits++;
        if (i === 64) await subject.elapse(5);
        else await until(subject, () => client.drains > drains || client.connection.queuedBytes === 0, "the queue to drain");
      }
      await until(subject, () => server.bytes === 128 * 65_536, "all bytes");
      equal(server.hash.digest("hex"), expected.digest("hex"), "the bytes");
      equal(waits > 0 && client.drains > 0, true, "the sender had to wait");
    }),
    rule("a receiver that pauses gets nothing until it resumes", async () => {
      const { client, server } = await pair();
      server.connection.pause();
      client.connection.send(Buffer.from("later"));
      await subject.elapse(20);
      equal(server.bytes, 0, "bytes while paused");
      server.connection.resume();
      await until(subject, () => server.text === "later", "the bytes");
    }),
    rule("closing sends what is queued first; both ends are then closed once, without error", async () => {
      const { client, server } = await pair();
      server.connection.pause();
      client.connection.send(Buffer.alloc(megabytes * 2 ** 20));
      const promise = client.connection.close();
      equal(client.connection.send(Buffer.from("too late")), true, "sending after close is ignored");
      await subject.elapse(5);
      server.connection.resume();
      await settle(subject, Promise.all([promise, client.connection.close()]));
      await closed(client, server);
      equal(server.bytes, megabytes * 2 ** 20, "bytes received");
      equal([client.closings, server.closings, server.dataAfterClosing], [[undefined], [undefined], 0], "closings");
    }),
    rule("nothing is received after the own close, also while the queue is still being sent", async () => {
      const { client, server } = await pair();
      server.connection.pause();
      client.connection.send(Buffer.alloc(megabytes * 2 ** 20));
      const promise = client.connection.close();
      server.connection.send(Buffer.from("too late"));
      await subject.elapse(20);
      server.connection.resume();
      await settle(subject, promise);
      equal(client.text, "", "bytes");
    }),
    rule("an abort breaks the connection: the peer gets an error, once", async () => {
      const { client, server } = await pair();
      await settle(subject, client.connection.close({ abort: true }));
      await closed(client, server);
      equal(client.closings, [undefined], "at this end");
      equal(
        server.closings.map((error) => (error as { code?: string } | undefined)?.code),
        ["NETWORK_FAILED"],
        "at the peer's end",
      );
      equal(server.connection.send(Buffer.from("x")), true, "sending on a broken connection is ignored");
    }),
    rule("an abort while the connection is closing ends it, once", async () => {
      const { client, server } = await pair();
      const promise = client.connection.close();
      await settle(subject, Promise.all([promise, client.connection.close({ abort: true })]));
      await closed(client, server);
      equal([client.closings.length, server.closings.length], [1, 1], "closings");
    }),
    rule("a closed server frees its port at once, and leaves its connections alone", async () => {
      const { client, server, listener } = await pair();
      equal(await codeOf(listen(true, listener.localPort)), "NETWORK_ADDRESS_IN_USE", "while it listens");
      await listener.close();
      await listener.close();
      client.connection.send(Buffer.from("still here"));
      await until(subject, () => server.text === "still here", "the bytes");
      await client.connection.close();
      await closed(client, server);
      await listen(true);
      equal(await codeOf(connect(listener.localPort)), "NETWORK_CONNECTION_REFUSED", "a new connection");
    }),
  ];
}
