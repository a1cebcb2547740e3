import { describe, expect, test } from "vitest";
import {
  AlternateServer,
  ErrorCode,
  isFingerprintValid,
  MappedAddress,
  Software,
  StunClient,
  StunError,
  StunWriter,
  XorMappedAddress,
  type StunMessage,
} from "@sidetone/stun-core";
import type { NatKind } from "@sidetone/testkit";
import { openServer, privateAddress, publicAddress, readStun, serverAddress, setUpStun } from "../virtual-stun.ts";

const rfcTimesMs = [0, 500, 1500, 3500, 7500, 15_500, 31_500];

/** A response to `request`, written by hand. */
function respond(request: StunMessage, stunClass: "success" | "error" = "success"): StunWriter {
  return new StunWriter(stunClass, 1, request.transactionId);
}

const mapped = { address: publicAddress, port: 40_000 };

describe("Binding (RFC 8489 §6)", () => {
  test.each<NatKind>(["full-cone", "restricted", "port-restricted", "symmetric"])(
    "behind a %s NAT learns the NAT's address and port",
    async (kind) => {
      const { client, clock, nat } = await setUpStun({ nat: { kind } });
      const result = await clock.advanceUntil(client.requestBinding(serverAddress));
      expect(result).toMatchObject({ mappedAddress: mapped, server: serverAddress });
      expect(nat!.mappings).toMatchObject([{ inside: { address: privateAddress, port: 5060 }, publicPort: 40_000 }]);
      expect(clock.pendingTimers).toBe(0);
    },
  );

  test.each<[NatKind, ports: number[]]>([
    ["full-cone", [40_000, 40_000]],
    ["restricted", [40_000, 40_000]],
    ["port-restricted", [40_000, 40_000]],
    ["symmetric", [40_000, 40_001]],
  ])("asking two servers through a %s NAT shows whether it keeps ports: %j", async (kind, ports) => {
    const { client, clock, environment, network } = await setUpStun({ nat: { kind } });
    const second = network.host("198.51.100.2");
    await openServer(environment, second);
    const asked = [serverAddress, { address: second.address, port: 3478 }].map((server) => client.requestBinding(server));
    const results = await clock.advanceUntil(Promise.all(asked));
    expect(results.map(({ mappedAddress }) => mappedAddress)).toEqual(ports.map((port) => ({ address: publicAddress, port })));
  });

  test("behind two NATs learns the outer one's", async () => {
    const { environment, network, clock } = await setUpStun();
    const inner = network
      .nat({ kind: "symmetric", publicAddress })
      .nat({ kind: "full-cone", publicAddress: "10.1.1.1", firstPort: 50_000 });
    const host = inner.host(privateAddress);
    const socket = await host.bindDatagram(
      { address: privateAddress, port: 5060 },
      { onDatagram: (data, address, port) => void client.receiveDatagram(data, address, port), onSocketError: () => {} },
    );
    const client = new StunClient(environment, socket);
    expect((await clock.advanceUntil(client.requestBinding(serverAddress))).mappedAddress).toEqual(mapped);
  });

  test("without a NAT learns its own address, over IPv6 too", async () => {
    const { environment, network, clock } = await setUpStun();
    const [home, far] = [network.host("2001:db8::5"), network.host("2001:db8::1")];
    await openServer(environment, far);
    const socket = await home.bindDatagram(
      { address: home.address, port: 5060 },
      { onDatagram: (data, address, port) => void client.receiveDatagram(data, address, port), onSocketError: () => {} },
    );
    const client = new StunClient(environment, socket);
    const result = await clock.advanceUntil(client.requestBinding({ address: "2001:DB8:0::1", port: 3478 }));
    expect(result.mappedAddress).toEqual({ address: "2001:db8::5", port: 5060 });
  });

  test("sends a request with an unpredictable ID, SOFTWARE and FINGERPRINT", async () => {
    const { client, clock, received } = await setUpStun({ client: { software: "Test/1" }, server: { software: "Server/1" } });
    const results = await clock.advanceUntil(Promise.all([client.requestBinding(serverAddress), client.requestBinding(serverAddress)]));
    const [one, two] = received.map(({ message }) => message);
    expect(one!.get(Software)).toBe("Test/1");
    expect(isFingerprintValid(one!)).toBe(true);
    expect(Buffer.from(one!.transactionId)).not.toEqual(Buffer.from(two!.transactionId));
    expect(results[0]).toMatchObject({ software: "Server/1" });
  });
});

describe("retransmission (RFC 8489 §6.2.1)", () => {
  test("sends seven requests, doubling from 500 ms, and gives up after 39.5 s", async () => {
    const { client, clock, sent } = await setUpStun({ server: { intercept: () => undefined } });
    const began = clock.now();
    const failure = await clock.advanceUntil(client.requestBinding(serverAddress).catch((error: unknown) => error));
    expect(failure).toMatchObject({ code: "STUN_TIMEOUT" });
    expect(failure).toBeInstanceOf(StunError);
    expect(sent.map(({ atMs }) => atMs - began)).toEqual(rfcTimesMs);
    expect(clock.now() - began).toBe(39_500);
    expect(new Set(sent.map(({ data }) => data.toString("hex"))).size).toBe(1);
    expect(clock.pendingTimers).toBe(0);
  });

  test("takes Rc, Rm and RTO from its options", async () => {
    const options = { initialRtoMs: 1000, requestCount: 2, lastWaitFactor: 4 };
    const { client, clock, sent } = await setUpStun({ client: options, server: { intercept: () => undefined } });
    const began = clock.now();
    await clock.advanceUntil(client.requestBinding(serverAddress).catch(() => {}));
    expect(sent.map(({ atMs }) => atMs - began)).toEqual([0, 1000]);
    expect(clock.now() - began).toBe(5000);
  });

  test("survives loss", async () => {
    let requests = 0;
    const { client, clock } = await setUpStun({
      nat: {},
      server: { intercept: (_message, _source, answer) => (++requests < 4 ? undefined : answer) },
    });
    const result = await clock.advanceUntil(client.requestBinding(serverAddress));
    expect(result).toMatchObject({ mappedAddress: mapped, roundTripMs: undefined });
    expect(requests).toBe(4);
  });

  test("ends sooner with timeoutMs", async () => {
    const { client, clock, sent } = await setUpStun({ server: { intercept: () => undefined } });
    const began = clock.now();
    const failure = clock.advanceUntil(client.requestBinding(serverAddress, { timeoutMs: 3000 }));
    await expect(failure).rejects.toMatchObject({ code: "STUN_TIMEOUT" });
    expect(clock.now() - began).toBe(3000);
    expect(sent.map(({ atMs }) => atMs - began)).toEqual([0, 500, 1500]);
  });

  test("learns the RTO from round trips, not below its least, and forgets it after ten minutes", async () => {
    let isDeaf = false;
    const { client, clock, sent, network } = await setUpStun({ server: { intercept: (_m, _s, answer) => (isDeaf ? undefined : answer) } });
    network.setDefaultConditions({ delayMs: 150 });
    expect(await clock.advanceUntil(client.requestBinding(serverAddress))).toMatchObject({ roundTripMs: 300 });
    const firstWaitMs = async (): Promise<number> => {
      isDeaf = true;
      sent.length = 0;
      await clock.advanceUntil(client.requestBinding(serverAddress).catch(() => {}));
      isDeaf = false;
      return sent[1]!.atMs - sent[0]!.atMs;
    };
    // SRTT = 300, RTTVAR = 150 (RFC 6298 §2.2).
    expect(await firstWaitMs()).toBe(900);
    network.setDefaultConditions({ delayMs: 1 });
    for (let i = 0; i < 60; i++) await clock.advanceUntil(client.requestBinding(serverAddress));
    expect(await firstWaitMs()).toBe(100);
    await clock.advance(600_001);
    expect(await firstWaitMs()).toBe(500);
  });

  test("takes no time from a request that was sent twice (Karn)", async () => {
    const { client, clock, sent, network } = await setUpStun();
    network.setDefaultConditions({ delayMs: 400 });
    expect(await clock.advanceUntil(client.requestBinding(serverAddress))).toMatchObject({ roundTripMs: undefined });
    network.partition("198.51.100.77");
    sent.length = 0;
    await clock.advanceUntil(client.requestBinding(serverAddress).catch(() => {}));
    expect(sent[1]!.atMs - sent[0]!.atMs).toBe(500);
  });
});

describe("the end of a transaction", () => {
  test("an abort sends nothing more and rejects with its reason", async () => {
    const { client, clock, sent } = await setUpStun({ server: { intercept: () => undefined } });
    const controller = new AbortController();
    const failure = client.requestBinding(serverAddress, { signal: controller.signal }).catch((error: unknown) => error);
    await clock.advance(700);
    const reason = new Error("enough");
    controller.abort(reason);
    expect(await failure).toBe(reason);
    await clock.advance(60_000);
    expect(sent).toHaveLength(2);
    expect(clock.pendingTimers).toBe(0);
  });

  test("with a signal that has aborted nothing is sent at all", async () => {
    const { client, sent } = await setUpStun();
    const reason = new Error("never mind");
    await expect(client.requestBinding(serverAddress, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(sent).toEqual([]);
  });

  test("close() ends all that is under way, and refuses more", async () => {
    const { client, clock } = await setUpStun({ server: { intercept: () => undefined } });
    const failures = [client.requestBinding(serverAddress), client.requestBinding(serverAddress)].map((each) =>
      each.catch((error: unknown) => error),
    );
    await clock.advance(10);
    client.close();
    client.close();
    for (const failure of failures) expect(await failure).toMatchObject({ code: "STUN_CLOSED" });
    await expect(client.requestBinding(serverAddress)).rejects.toMatchObject({ code: "STUN_CLOSED" });
    expect(clock.pendingTimers).toBe(0);
  });

  test("ICMP 'port unreachable' is one", async () => {
    const { client, clock, serverSocket } = await setUpStun({ icmp: true });
    await serverSocket.close();
    const failure = clock.advanceUntil(client.requestBinding(serverAddress));
    await expect(failure).rejects.toMatchObject({ code: "STUN_UNREACHABLE", cause: { code: "NETWORK_CONNECTION_REFUSED" } });
  });

  test.each([
    { address: "stun.example.org", port: 3478 },
    { address: "192.0.2.1", port: 0 },
    { address: "0.0.0.0", port: 3478 },
    { address: "224.0.0.1", port: 3478 },
  ])("%j is no server", async (server) => {
    const { client } = await setUpStun();
    await expect(client.requestBinding(server)).rejects.toMatchObject({ code: "STUN_OPTION_INVALID" });
  });

  test.each([{ initialRtoMs: 0 }, { requestCount: 1.5 }, { lastWaitFactor: Number.NaN }, { fingerprint: "maybe" as "send" }])(
    "%j is no option",
    async (options) => {
      await expect(setUpStun({ client: options })).rejects.toMatchObject({ code: "STUN_OPTION_INVALID" });
      await expect(setUpStun({ client: { software: "x".repeat(764) } })).rejects.toMatchObject({ code: "STUN_ATTRIBUTE_INVALID" });
    },
  );
});

describe("what counts as the response (RFC 8489 §6.3)", () => {
  test.each([
    ["another address", "203.0.113.66", 3478],
    ["another port", serverAddress.address, 3479],
  ])("is not what comes from %s", async (_what, address, port) => {
    const { client, clock, environment, host, network, received } = await setUpStun({ server: { intercept: () => undefined } });
    const binding = client.requestBinding(serverAddress).catch((error: unknown) => error);
    await clock.advance(100);
    const attacker = address === serverAddress.address ? environment.network : network.host(address);
    const socket = await attacker.bindDatagram({ address, port }, { onDatagram: () => {}, onSocketError: () => {} });
    socket.send(respond(received[0]!.message).add(XorMappedAddress, mapped).toBytes(), 5060, host.address);
    expect(await clock.advanceUntil(binding)).toMatchObject({ code: "STUN_TIMEOUT" });
    expect(client.stats).toMatchObject({ foreign: 1 });
  });

  test("has our transaction ID", async () => {
    const { client, clock } = await setUpStun({
      server: { intercept: (_m, source) => new StunWriter("success", 1, new Uint8Array(12)).add(XorMappedAddress, source).toBytes() },
    });
    await expect(clock.advanceUntil(client.requestBinding(serverAddress))).rejects.toMatchObject({ code: "STUN_TIMEOUT" });
    expect(client.stats).toMatchObject({ unmatched: 7 });
  });

  test("has a right FINGERPRINT", async () => {
    const { client, clock } = await setUpStun({
      server: {
        intercept(_message, _source, answer) {
          answer![answer!.length - 1]! ^= 1;
          return answer;
        },
      },
    });
    await expect(clock.advanceUntil(client.requestBinding(serverAddress))).rejects.toMatchObject({ code: "STUN_TIMEOUT" });
    expect(client.stats).toMatchObject({ badFingerprint: 7 });
  });

  test.each([
    ["send", "STUN_TIMEOUT" as const, false],
    ["require", "STUN_TIMEOUT" as const, true],
  ] as const)("with fingerprint: %s, one without it: %s is %s", async (fingerprint, code, isRefused) => {
    const { client, clock } = await setUpStun({
      client: { fingerprint },
      server: { intercept: (message, source) => respond(message).add(XorMappedAddress, source).toBytes() },
    });
    const outcome = await clock.advanceUntil(client.requestBinding(serverAddress).catch((error: unknown) => error));
    if (isRefused) expect(outcome).toMatchObject({ code });
    else expect(outcome).toHaveProperty("mappedAddress");
  });

  test("may have MAPPED-ADDRESS alone, and the attributes of RFC 3489 with it", async () => {
    const other = { type: 0x0005, name: "CHANGED-ADDRESS", parse: () => undefined, serialize: () => new Uint8Array(8) };
    const { client, clock } = await setUpStun({
      nat: {},
      client: { fingerprint: "off" },
      server: { intercept: (message, source) => respond(message).add(MappedAddress, source).add(other, undefined).toBytes() },
    });
    expect(await clock.advanceUntil(client.requestBinding(serverAddress))).toMatchObject({ mappedAddress: mapped });
  });

  test.each<[what: string, write: (message: StunMessage) => StunWriter]>([
    ["a success without an address", (message) => respond(message)],
    ["an error without a code", (message) => respond(message, "error")],
    [
      "an attribute that has to be understood",
      (message) =>
        respond(message)
          .add(XorMappedAddress, mapped)
          .add({ type: 0x7ffe, name: "?", parse: () => 0, serialize: () => new Uint8Array(0) }, 0),
    ],
  ])("%s ends the transaction as invalid", async (_what, write) => {
    const { client, clock } = await setUpStun({ server: { intercept: (message) => write(message).toBytes() } });
    await expect(clock.advanceUntil(client.requestBinding(serverAddress))).rejects.toMatchObject({ code: "STUN_RESPONSE_INVALID" });
  });

  test("an error is told with its code and reason", async () => {
    const { client, clock } = await setUpStun({
      server: { intercept: (message) => respond(message, "error").add(ErrorCode, { code: 500, reasonPhrase: "Out of order" }).toBytes() },
    });
    const failure = clock.advanceUntil(client.requestBinding(serverAddress));
    await expect(failure).rejects.toMatchObject({ code: "STUN_REFUSED", statusCode: 500, reasonPhrase: "Out of order" });
  });

  test("what is malformed is counted and leads to nothing", async () => {
    const { client, clock, serverSocket, host } = await setUpStun();
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.from("hello"),
      Buffer.alloc(20),
      Buffer.from("0101000421 12a442".replace(" ", ""), "hex"),
    ]) {
      serverSocket.send(bytes, 5060, host.address);
    }
    await clock.advance(10);
    expect(client.stats).toMatchObject({ malformed: 4 });
    const request = new StunWriter("request", 1, new Uint8Array(12)).toBytes();
    expect(client.receive(readStun(request), serverAddress.address, serverAddress.port)).toBe(false);
  });
});

describe("ALTERNATE-SERVER (RFC 8489 §10)", () => {
  test("sends the client to another server", async () => {
    const alternate = { address: "198.51.100.2", port: 3479 };
    const { client, clock, environment, network } = await setUpStun({ nat: {}, server: { alternateServer: alternate } });
    await openServer(environment, network.host(alternate.address), { port: 3479 });
    const result = await clock.advanceUntil(client.requestBinding(serverAddress));
    expect(result).toMatchObject({ mappedAddress: mapped, server: alternate });
  });

  test("is not followed in a circle", async () => {
    const alternate = { address: "198.51.100.2", port: 3478 };
    const { client, clock, environment, network, received } = await setUpStun({ server: { alternateServer: alternate } });
    await openServer(environment, network.host(alternate.address), { alternateServer: serverAddress });
    const failure = clock.advanceUntil(client.requestBinding(serverAddress));
    await expect(failure).rejects.toMatchObject({ code: "STUN_REDIRECT_FAILED", statusCode: 300 });
    expect(received).toHaveLength(1);
  });

  test.each([
    ["of another family", { address: "2001:db8::1", port: 3478 }],
    ["with port 0", { address: "198.51.100.2", port: 0 }],
    ["that stands for all", { address: "0.0.0.0", port: 3478 }],
  ])("is not followed to one %s", async (_what, alternateServer) => {
    const { client, clock } = await setUpStun({ server: { alternateServer } });
    await expect(clock.advanceUntil(client.requestBinding(serverAddress))).rejects.toMatchObject({ code: "STUN_REDIRECT_FAILED" });
  });

  test("is missing in a 300", async () => {
    const { client, clock } = await setUpStun({
      server: { intercept: (message) => respond(message, "error").add(ErrorCode, { code: 300, reasonPhrase: "" }).toBytes() },
    });
    await expect(clock.advanceUntil(client.requestBinding(serverAddress))).rejects.toMatchObject({ code: "STUN_REDIRECT_FAILED" });
    expect(AlternateServer.type).toBe(0x8023);
  });
});
