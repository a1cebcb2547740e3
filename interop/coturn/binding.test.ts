import { systemEnvironment, type DatagramSocket, type SocketAddress } from "sidetone/infra";
import { RtpPortAllocator, RtpTransport } from "sidetone/media-transport";
import { BindingServer, LongTermVerifier, StunAgent, StunClient, StunKeepAlive, type LongTermCredentials } from "sidetone/stun";
import { expect, onTestFailed, onTestFinished, test } from "vitest";
import { coturnRealm, coturnUser, startCoturn, type Coturn, type CoturnOptions } from "../peers/coturn/start-coturn.ts";
import { describeWith } from "../peers/process/installed.ts";
import { PeerProcess } from "../peers/process/peer-process.ts";

const environment = systemEnvironment();

async function openCoturn(options: CoturnOptions = {}): Promise<Coturn> {
  const coturn = await startCoturn(options);
  onTestFinished(() => coturn[Symbol.asyncDispose]());
  onTestFailed(() => console.log(coturn.process.lastWords));
  return coturn;
}

/** A client and a server on one UDP port of this machine. */
async function openPort(address = "127.0.0.1", server: BindingServer = new BindingServer()) {
  const parts: { agent?: StunAgent } = {};
  const socket: DatagramSocket = await environment.network.bindDatagram(
    { address, port: 0 },
    { onDatagram: (data, from, port) => void parts.agent?.receive(data, from, port), onSocketError: () => {} },
  );
  const client = new StunClient(environment, socket);
  parts.agent = new StunAgent({ socket, client, server });
  onTestFinished(async () => {
    client.close();
    await socket.close();
  });
  return { client, socket, own: { address, port: socket.localPort } satisfies SocketAddress };
}

describeWith(["turnserver"], "coturn answers us", () => {
  test.each(["127.0.0.1", "::1"])("a Binding request from %s: our own address, and what it runs", async (address) => {
    const { port } = await openCoturn();
    const { client, own } = await openPort(address);
    const result = await client.requestBinding({ address, port });
    expect(result).toMatchObject({ mappedAddress: own, server: { address, port } });
    expect(result.software).toMatch(/Coturn/i);
    expect(result.roundTripMs).toBeLessThan(500);
  });

  test("long-term credentials: right ones, a second request by the same nonce, and wrong ones", async () => {
    const { port } = await openCoturn({ secure: true });
    const { client, own } = await openPort();
    const credentials: LongTermCredentials = { type: "longTerm", ...coturnUser, realm: coturnRealm };
    const server = { address: "127.0.0.1", port };
    for (let i = 0; i < 2; i++) expect(await client.requestBinding(server, { credentials })).toMatchObject({ mappedAddress: own });
    const wrong = client.requestBinding(server, { credentials: { ...credentials, password: "wrong" } });
    await expect(wrong).rejects.toMatchObject({ code: "STUN_AUTHENTICATION_FAILED", statusCode: 401 });
    await expect(client.requestBinding(server)).rejects.toMatchObject({ code: "STUN_REFUSED", statusCode: 401 });
  });

  test("the ports of an RTP stream, through their own sockets", async () => {
    const { port } = await openCoturn();
    const ports = new RtpPortAllocator(environment, { firstPort: 0 });
    const transport = await RtpTransport.open(environment, {
      localAddress: "127.0.0.1",
      ports,
      user: { onRtp: () => {}, onRtcp: () => {} },
    });
    onTestFinished(() => transport.close());
    const { rtp, rtcp } = await transport.learnPublicAddress({ address: "127.0.0.1", port });
    expect([rtp.port, rtcp.port]).toEqual([transport.rtpPort, transport.rtcpPort]);
  });

  test("keep-alive: its end is noticed", async () => {
    const coturn = await openCoturn();
    const { client } = await openPort();
    const answers: number[] = [];
    const failure = new Promise<unknown>((resolve) => {
      const user = {
        onMapped: () => {},
        onAnswered: () => {
          if (answers.push(1) === 3) void coturn.process.stop();
        },
        onFailed: (_keepAlive: StunKeepAlive, error: unknown) => resolve(error),
      };
      const server = { address: "127.0.0.1", port: coturn.port };
      const keepAlive = new StunKeepAlive(environment, { client, server, user, intervalMs: 100, timeoutMs: 1000 });
      onTestFinished(() => keepAlive.close());
      keepAlive.start();
    });
    expect(await failure).toMatchObject({ code: expect.stringMatching(/^STUN_(TIMEOUT|UNREACHABLE)$/) as string });
    expect(answers.length).toBeGreaterThanOrEqual(3);
  });
});

describeWith(["turnutils_stunclient"], "we answer coturn's client", () => {
  test("it learns its address from our server", async () => {
    const { own } = await openPort();
    await using client = new PeerProcess("turnutils_stunclient", ["-p", String(own.port), own.address], { cwd: ".", atMostSeconds: 20 });
    await client.exited;
    expect(client.output).toMatch(/UDP reflexive addr: 127\.0\.0\.1:\d+/);
  });

  test("credentials: our client at our server, over real sockets", async () => {
    const users = new Map([[coturnUser.username, coturnUser.password]]);
    const server = new BindingServer({ authentication: new LongTermVerifier(environment, { realm: coturnRealm, users, anonymous: true }) });
    const [asked, asking] = [await openPort("127.0.0.1", server), await openPort()];
    const result = await asking.client.requestBinding(asked.own, { credentials: { type: "longTerm", ...coturnUser } });
    expect(result.mappedAddress).toEqual(asking.own);
  });
});
