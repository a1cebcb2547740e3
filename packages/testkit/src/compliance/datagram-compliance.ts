import {
  formatHostPort,
  VoipError,
  type BindDatagramOptions,
  type DatagramReceiver,
  type DatagramSocket,
  type SocketAddress,
} from "@sidetone/infra-common";
import { codeOf, equal, settle, until, type ComplianceCase, type NetworkUnderTest } from "./compliance-case.ts";

const loopback = "127.0.0.1";

/** What arrives at a socket, as text. */
class Recorder implements DatagramReceiver {
  readonly received: string[] = [];
  readonly errorCodes: string[] = [];
  readonly failedDestinations: string[] = [];

  onDatagram(data: Buffer, address: string, port: number, socket: DatagramSocket): void {
    this.received.push(`${data.toString("latin1")} ${address}:${port} → ${socket.localPort}`);
  }

  onSocketError(error: Error, _socket: DatagramSocket, destination?: SocketAddress): void {
    this.errorCodes.push(VoipError.is(error) ? error.code : String(error));
    if (destination) this.failedDestinations.push(formatHostPort(destination.address, destination.port));
  }
}

/** The rules of datagram sockets. */
export function datagramCompliance(subject: NetworkUnderTest): readonly ComplianceCase[] {
  const open: DatagramSocket[] = [];
  const bind = async (options: Partial<BindDatagramOptions> = {}): Promise<Recorder & { socket: DatagramSocket }> => {
    const recorder = new Recorder();
    const socket = await settle(subject, subject.network.bindDatagram({ address: loopback, port: 0, ...options }, recorder));
    open.push(socket);
    return Object.assign(recorder, { socket });
  };
  const arrival = (recorder: Recorder, count: number): Promise<void> =>
    until(subject, () => recorder.received.length >= count, `datagram ${count}`);
  const rule = (title: string, body: () => Promise<void>): ComplianceCase => ({
    title,
    run: () => body().finally(() => Promise.all(open.splice(0).map((socket) => socket.close()))),
  });

  return [
    rule("a datagram socket bound to port 0 says where it is", async () => {
      const { socket } = await bind();
      equal([socket.family, socket.localAddress], [4, loopback], "family and address");
      equal(socket.localPort > 0 && socket.localPort < 65_536, true, "the port is in range");
    }),
    rule("a datagram arrives with its source, an empty one too", async () => {
      const [a, b] = [await bind(), await bind()];
      a.socket.send(Buffer.from("OPTIONS"), b.socket.localPort, loopback);
      a.socket.send(new Uint8Array(0), b.socket.localPort, loopback);
      await arrival(b, 2);
      const route = `${loopback}:${a.socket.localPort} → ${b.socket.localPort}`;
      equal(b.received, [`OPTIONS ${route}`, ` ${route}`], "what arrived");
    }),
    rule("a datagram is handed over before send returns, so that the same buffer can carry the next one", async () => {
      const [a, b] = [await bind(), await bind()];
      const buffer = Buffer.alloc(1);
      for (let i = 0; i < 26; i++) {
        buffer[0] = 97 + i;
        a.socket.send(buffer, b.socket.localPort, loopback);
      }
      await arrival(b, 26);
      equal(b.received.map((line) => line[0]).join(""), "abcdefghijklmnopqrstuvwxyz", "in the order sent");
    }),
    rule("onSent runs once for each datagram, and not within send", async () => {
      const [a, b] = [await bind(), await bind()];
      let sent = 0;
      const onSent = (): void => void sent++;
      for (let i = 0; i < 3; i++) a.socket.send(Buffer.from("x"), b.socket.localPort, loopback, onSent);
      a.socket.send(Buffer.from("x"), b.socket.localPort, loopback);
      a.socket.send(Buffer.from("x"), b.socket.localPort, loopback, () => void (sent += 100));
      equal(sent, 0, "calls of onSent within send");
      await arrival(b, 5);
      await until(subject, () => sent === 103, "onSent");
    }),
    rule(
      "a failed send never throws, reaches onSocketError later with its destination, still runs onSent, and leaves the socket open",
      async () => {
        const [a, b] = [await bind(), await bind()];
        let sent = 0;
        a.socket.send(Buffer.alloc(70_000), b.socket.localPort, loopback, () => void sent++);
        a.socket.send(Buffer.from("x"), 0, loopback, () => void sent++);
        a.socket.send(Buffer.from("x"), 5060, "::1");
        a.socket.send(Buffer.from("x"), 5060, "example.com");
        equal(a.errorCodes, [], "errors within send");
        await until(subject, () => a.errorCodes.length === 4 && sent === 2, "four errors");
        equal([...a.errorCodes].sort(), ["NETWORK_FAILED", "NETWORK_FAILED", "NETWORK_FAILED", "NETWORK_MESSAGE_TOO_LONG"], "codes");
        const destinations = [`${loopback}:${b.socket.localPort}`, `${loopback}:0`, "[::1]:5060", "example.com:5060"];
        equal(a.failedDestinations.sort(), destinations.sort(), "destinations");
        a.socket.send(Buffer.from("still open"), b.socket.localPort, loopback);
        await arrival(b, 1);
      },
    ),
    rule("a port that is taken is refused, also to and by the wildcard address", async () => {
      const { socket } = await bind();
      const [specific, any] = [{ port: socket.localPort }, { port: socket.localPort, address: "0.0.0.0" }];
      equal(await codeOf(bind(specific)), "NETWORK_ADDRESS_IN_USE", "the same address");
      equal(await codeOf(bind(any)), "NETWORK_ADDRESS_IN_USE", "the wildcard");
    }),
    rule("an address of another machine, or no address at all, is refused", async () => {
      equal(await codeOf(bind({ address: "203.0.113.77" })), "NETWORK_ADDRESS_UNAVAILABLE", "another machine's");
      equal(await codeOf(bind({ address: "example.com" })), "NETWORK_FAILED", "a name");
      equal(await codeOf(bind({ port: 70_000 })), "NETWORK_FAILED", "a port out of range");
    }),
    rule("an IPv6 socket takes IPv6 only, so that the same port serves both families", async () => {
      const six = await bind({ address: "::" });
      const four = await bind({ address: "0.0.0.0", port: six.socket.localPort });
      const sender = await bind({ address: "::1" });
      sender.socket.send(Buffer.from("6"), six.socket.localPort, "::1");
      await arrival(six, 1);
      equal([six.socket.family, four.received.length], [6, 0], "family, and what the IPv4 socket got");
      equal(six.received[0]?.startsWith("6 ::1:"), true, "the source is numeric");
    }),
    rule("a wildcard socket sends from the address that the destination is reached from", async () => {
      const [any, b] = [await bind({ address: "0.0.0.0" }), await bind()];
      any.socket.send(Buffer.from("x"), b.socket.localPort, loopback);
      await arrival(b, 1);
      equal(b.received[0], `x ${loopback}:${any.socket.localPort} → ${b.socket.localPort}`, "source");
    }),
    rule("after close nothing is received, sending is ignored, and the port is free", async () => {
      const [a, b] = [await bind(), await bind()];
      a.socket.send(Buffer.from("late"), b.socket.localPort, loopback);
      const port = b.socket.localPort;
      await b.socket.close();
      await b.socket.close();
      b.socket.send(Buffer.from("x"), a.socket.localPort, loopback);
      const again = await bind({ port });
      equal(again.socket.localPort, port, "the port of the next socket");
      await subject.elapse(20);
      equal([b.received, b.errorCodes, a.received], [[], [], []], "what arrived");
    }),
  ];
}
