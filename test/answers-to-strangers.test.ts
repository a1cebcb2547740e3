import { createClient, type ClientOptions } from "@sidetone/client-core";
import { DigestServer } from "@sidetone/dialog-core";
import type { DatagramSocket } from "@sidetone/infra-common";
import { createRegistrarServer, Users, type RegistrarServerOptions } from "@sidetone/registrar-core";
import { createSipTransports } from "@sidetone/sip-transport";
import { virtualEnvironment, type VirtualEnvironment } from "@sidetone/testkit";
import { describe, expect, onTestFinished, test } from "vitest";

// A datagram's sender may be anybody: what goes back to him is no larger than about three times what came.

/** The shortest request that can be answered, but for `lines`; the Call-ID is its own. */
const request = (method: string, lines: readonly string[] = [], { uri = "sip:a@b", toTag = "", body = "" } = {}): string =>
  [
    `${method} ${uri} SIP/2.0`,
    "v:SIP/2.0/UDP 10.0.0.7;branch=z9hG4bK1",
    "Max-Forwards:9",
    "f:<sip:b@c>;tag=1",
    `t:<sip:a@b>${toTag}`,
    "i:1",
    `CSeq:1 ${method}`,
    ...lines,
    "",
    body,
  ].join("\r\n");

/** Somebody at 10.0.0.7, and what comes back to each datagram of his within 100 ms. */
async function setUp(open: (environment: VirtualEnvironment) => Promise<{ close(): Promise<void> }>) {
  const environment = virtualEnvironment({ host: "10.0.0.1" });
  const { clock } = environment;
  const server = await clock.advanceUntil(open(environment));
  const heard: Buffer[] = [];
  const receiver = { onDatagram: (data: Buffer) => void heard.push(Buffer.from(data)), onSocketError: () => {} };
  const { network } = virtualEnvironment({ host: "10.0.0.7", beside: environment });
  const socket: DatagramSocket = await network.bindDatagram({ address: "10.0.0.7", port: 5060 }, receiver);
  onTestFinished(async () => {
    await clock.advanceUntil(server.close());
    await socket.close();
  });
  const send = async (bytes: string | Buffer): Promise<{ status: string; times: number }> => {
    heard.length = 0;
    const sent = Buffer.from(bytes);
    socket.send(sent, 5060, "10.0.0.1");
    await clock.advance(100);
    const back = heard.map(String).filter((text) => !text.startsWith("SIP/2.0 100 "));
    expect(back).toHaveLength(1);
    return { status: back[0]!.slice(8, 11), times: heard[0]!.length / sent.length };
  };
  return { clock, send };
}

const client = (options: ClientOptions = {}): ReturnType<typeof setUp> =>
  setUp((environment) =>
    createClient({ environment, listen: "10.0.0.1:5060", userAgent: `Long/${"1".repeat(400)}`, media: "external", ...options }),
  );

const registrar = (options: RegistrarServerOptions = {}): ReturnType<typeof setUp> =>
  setUp(async (environment) => {
    const transports = createSipTransports(environment);
    const server = createRegistrarServer(environment, transports, { server: `Long/${"1".repeat(400)}`, domains: ["b"], ...options });
    await transports.listen({ transport: "UDP", address: "10.0.0.1", port: 5060 });
    return { close: () => server.close().then(() => transports.close()) };
  });

const mostTimes = 3.3;

describe("A client answers a datagram of a stranger by little more than three times as much:", () => {
  test.each<[string, string, string | Buffer]>([
    ["OPTIONS", "200", request("OPTIONS")],
    ["OPTIONS within no dialog", "481", request("OPTIONS", [], { toTag: ";tag=x" })],
    ["a method that it does not know", "501", request("FROB")],
    ["a method that nobody here takes", "405", request("PUBLISH")],
    ["MESSAGE", "405", request("MESSAGE")],
    ["BYE", "481", request("BYE", [], { toTag: ";tag=x" })],
    ["CANCEL", "481", request("CANCEL")],
    ["INVITE", "480", request("INVITE", ["m:<sip:x>"])],
    ["INVITE with a body that nobody knows", "415", request("INVITE", ["m:<sip:x>", "c:a/b"], { body: "x" })],
    ["INVITE with a body in a coding that nobody knows", "415", request("INVITE", ["m:<sip:x>", "e:x"], { body: "x" })],
    ["INVITE that takes no SDP", "406", request("INVITE", ["m:<sip:x>", "Accept:a/b"])],
    ["a Require that nobody knows", "420", request("INVITE", ["m:<sip:x>", "Require:x"])],
    ["the same within no dialog", "420", request("INVITE", ["m:<sip:x>", "Require:x"], { toTag: ";tag=x" })],
    ["a scheme that nobody knows", "416", request("OPTIONS", [], { uri: "x:y" })],
    ["a route set that cannot be read", "400", request("INVITE", ["m:<sip:x>", "Record-Route:x"])],
    ["what is malformed", "400", request("OPTIONS").replace("CSeq:1", "CSeq:x")],
    ["another version of SIP", "505", request("OPTIONS").replace("SIP/2.0", "SIP/9.0")],
  ])("%s: %s", async (_what, status, bytes) => {
    const { send } = await client();
    const answer = await send(bytes);
    expect(answer).toEqual({ status, times: expect.any(Number) as number });
    expect(answer.times).toBeLessThan(mostTimes);
  });

  test("too many requests: 503", async () => {
    const { send } = await client({ limits: { requestsPerSecond: 0.001, requestBurst: 1 } });
    await send(request("OPTIONS"));
    const answer = await send(request("OPTIONS").replace("z9hG4bK1", "z9hG4bK2"));
    expect([answer.status, answer.times < mostTimes]).toEqual(["503", true]);
  });

  test.each([
    ["no password", []],
    ["credentials that prove nothing", ['Authorization:Digest realm="b",uri="sip:a@b"']],
    ["a wrong password", ['Authorization:Digest realm="b",nonce="",uri="sip:a@b",response="",username=""']],
  ])("%s where one is asked for: 401", async (_what, lines) => {
    const { send } = await client({ account: { uri: "sip:a@b", requireAuth: { users: { a: "secret" } } } });
    const answer = await send(request("OPTIONS", lines));
    expect([answer.status, answer.times < mostTimes]).toEqual(["401", true]);
  });

  test("one who is not let in: 403", async () => {
    const { send } = await client({ account: { uri: "sip:a@b", allowedPeers: ["192.0.2.1"] } });
    const answer = await send(request("INVITE"));
    expect([answer.status, answer.times < mostTimes]).toEqual(["403", true]);
  });

  test("a Binding request (STUN)", async () => {
    const { send } = await client();
    for (const hex of ["000100002112a442000102030405060708090a0b", "000100042112a442000102030405060708090a0b7fff0000"]) {
      expect((await send(Buffer.from(hex, "hex"))).times).toBeLessThan(mostTimes);
    }
  });
});

describe("A registrar answers a datagram of a stranger by little more than three times as much:", () => {
  const withUsers = (): ReturnType<typeof setUp> =>
    setUp(async (environment) => {
      const transports = createSipTransports(environment);
      const users = new Users("b");
      users.load("a:secret", "users");
      const authentication = new DigestServer(environment, { realm: "b", secrets: users });
      const options = { authentication, domains: ["b"], server: `Long/${"1".repeat(400)}` };
      const server = createRegistrarServer(environment, transports, options);
      await transports.listen({ transport: "UDP", address: "10.0.0.1", port: 5060 });
      return { close: () => server.close().then(() => transports.close()) };
    });

  test.each<[string, string, string]>([
    ["REGISTER", "401", request("REGISTER")],
    ["REGISTER with credentials that prove nothing", "401", request("REGISTER", ['Authorization:Digest realm="b",uri="sip:a@b"'])],
    ["INVITE", "401", request("INVITE", ["m:<sip:x>"])],
    ["OPTIONS", "200", request("OPTIONS")],
    ["BYE", "405", request("BYE")],
    ["FROB", "501", request("FROB")],
    ["a Require that nobody knows", "420", request("REGISTER", ["Require:x"])],
  ])("%s: %s", async (_what, status, bytes) => {
    const { send } = await withUsers();
    const answer = await send(bytes);
    expect(answer.status).toBe(status);
    expect(answer.times).toBeLessThan(mostTimes);
  });

  test("a call to somebody of many phones, where anybody is told: 302", async () => {
    const { send } = await registrar();
    for (let n = 0; n < 5; n++) {
      const register = request("REGISTER", [`m:<sip:a@10.0.0.7:${6000 + n};x=${"y".repeat(200)}>`]);
      await send(register.replace("i:1", `i:${n}`).replace("z9hG4bK1", `z9hG4bKr${n}`));
    }
    const answer = await send(request("INVITE", ["m:<sip:x>"]));
    expect([answer.status, answer.times < mostTimes]).toEqual(["302", true]);
  });
});
