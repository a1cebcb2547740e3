import { createClient, type ClientOptions } from "@sidetone/client-core";
import { virtualEnvironment } from "@sidetone/testkit";
import { describe, expect, test } from "vitest";
import { rejection } from "../support/scenario.ts";

async function problem(options: object): Promise<{ code: string; message: string }> {
  const environment = virtualEnvironment();
  const error = await environment.clock.advanceUntil(rejection(createClient({ environment, ...options } as ClientOptions)));
  expect(environment.network.openSockets).toBe(0);
  return error as { code: string; message: string };
}

describe("options of createClient", () => {
  test.each([
    [{ lisen: "127.0.0.1:0" }, "lisen"],
    [{ account: { uri: "sip:a@b", pasword: "x" } }, "account.pasword"],
    [{ account: { uri: "alice" } }, "account.uri"],
    [{ account: { uri: "sip:a@b", outboundProxy: "proxy" } }, "account.outboundProxy"],
    [{ domain: "exa mple" }, "domain"],
    [{ listen: "localhost:5060" }, "listen"],
    [{ listen: "127.0.0.1:99999" }, "listen"],
    [{ listen: 5060 }, "listen"],
    [{ media: { codecs: "PCMU" } }, "media.codecs"],
    [{ media: { dtmf: "yes" } }, "media.dtmf"],
    [{ media: { sdpAttributes: "x:1" } }, "media.sdpAttributes"],
    [{ transports: [] }, "transports"],
    [{ transports: ["SCTP"] }, "transports"],
    [{ maxCalls: -1 }, "maxCalls"],
    [{ maxCalls: 1.5 }, "maxCalls"],
    [{ strangers: "bite" }, "strangers"],
    [{ peers: "10.0.0.1" }, "peers"],
    [{ peers: ["10.0.0.0/33"] }, "peers"],
    [{ peers: ["10.0.0.0/8/8"] }, "peers"],
    [{ peers: ["not a host"] }, "peers"],
    [{ peers: ["servers", "<x>"] }, "peers"],
    [{ limits: 5 }, "limits"],
    [{ limits: { requests: 5 } }, "limits.requests"],
    [{ limits: { requestsPerSecond: 0 } }, "limits.requestsPerSecond"],
    [{ limits: { requestBurst: 0 } }, "limits.requestBurst"],
    [{ limits: { overloadDelayMs: -1 } }, "limits.overloadDelayMs"],
    [{ limits: { connections: 1.5 } }, "limits.connections"],
    [{ limits: { messageTimeoutMs: 0 } }, "limits.messageTimeoutMs"],
    [{ limits: { headBytes: 65_537 } }, "limits.headBytes"],
    [{ account: { uri: "sip:a@b", allowedPeers: "x" } }, "account.allowedPeers"],
    [{ account: { uri: "sip:a@b", allowedPeers: [""] } }, "account.allowedPeers"],
    [{ account: { uri: "sip:a@b", allowedPeers: ["servers"] } }, "account.allowedPeers"],
    [{ account: { uri: "sip:a@b", requireAuth: true } }, "account.requireAuth"],
    [{ account: { uri: "sip:a@b", requireAuth: {} } }, "account.requireAuth.users"],
    [{ account: { uri: "sip:a@b", requireAuth: { users: { a: 5 } } } }, "account.requireAuth.users"],
    [{ account: { uri: "sip:a@b", requireAuth: { users: {}, realm: "" } } }, "account.requireAuth.realm"],
    [{ account: { uri: "sip:a@b", requireAuth: { users: {}, algorithms: ["SHA-1"] } } }, "account.requireAuth.algorithms"],
    [{ account: { uri: "sip:a@b", requireAuth: { users: {}, inDialog: "yes" } } }, "account.requireAuth.inDialog"],
    [{ account: { uri: "sip:a@b", requireAuth: { users: {}, user: "x" } } }, "account.requireAuth.user"],
    [{ incomingRingSeconds: -1 }, "incomingRingSeconds"],
    [{ maxCallSeconds: Number.NaN }, "maxCallSeconds"],
    [{ ringing: "loudly" }, "ringing"],
    [{ timers: { T1: 0 } }, "timers.T1"],
    [{ timers: { T3: 1 } }, "timers.T3"],
    [{ userAgent: "a\r\nb" }, "userAgent"],
    [{ userAgent: " " }, "userAgent"],
    [{ media: "internal" }, "media"],
    [{ media: null }, "media"],
    [{ external: {} }, "external"],
    [{ media: { codec: ["PCMU"] } }, "media.codec"],
    [{ media: { codecs: [] } }, "media.codecs"],
    [{ media: { ptimeMs: 15 } }, "media.ptimeMs"],
    [{ media: { ptimeMs: 0 } }, "media.ptimeMs"],
    [{ media: { rtpPorts: { first: 20, last: 10 } } }, "media.rtpPorts"],
    [{ media: { rtpPorts: { first: 1, last: 70_000 } } }, "media.rtpPorts"],
    [{ media: { timeoutSeconds: -1 } }, "media.timeoutSeconds"],
    [{ media: { address: "localhost" } }, "media.address"],
    [{ media: { advertisedAddress: "0.0.0.0" } }, "media.advertisedAddress"],
    [{ media: { sdpAttributes: ["a b"] } }, "media.sdpAttributes"],
    [{ media: { sdpAttributes: ["x:1\r\nm=video"] } }, "media.sdpAttributes"],
    [{ media: { sdpAttributes: ["sendonly"] } }, "media.sdpAttributes"],
    [{ media: { rtpPorts: { first: 20, last: 30, step: 2 } } }, "media.rtpPorts.step"],
    [{ media: "external", external: { acceptOffer: () => "" } }, "external.acceptOffer"],
    [{ media: "external", external: 5 }, "external"],
    [{ listen: [] }, "listen"],
    [{ transports: ["UDP", "UDP"] }, "transports"],
    [{ transports: "UDP" }, "transports"],
    [{ transports: ["UDP", "SCTP"] }, "transports"],
    [{ networkWatch: "on" as never }, "networkWatch"],
    [{ listen: "automatic:5060" }, "listen"],
    [{ tls: true }, "tls"],
    [{ tls: { certificate: "x" } }, "tls.certificate"],
    [{ tls: { cert: { file: "cert.pem" } } }, "tls.key"],
    [{ tls: { cert: 1, key: 2 } }, "tls.cert"],
    [{ tls: { ca: [{ path: "ca.pem" }] } }, "tls.ca"],
    [{ tls: { verify: false } }, "tls.verify"],
    [{ tls: { cert: "c", key: "k", certificates: [{ cert: "c" }] } }, "tls.certificates"],
    [{ tls: { certificates: [{ cert: "c", key: "k" }] } }, "tls.cert"],
    [{ tls: { minVersion: "TLSv1" } }, "tls.minVersion"],
    [{ webSocket: { path: "ws" } }, "webSocket.path"],
    [{ webSocket: { origin: "a\r\nX: b" } }, "webSocket.origin"],
    [{ webSocket: { pingIntervalMs: -1 } }, "webSocket.pingIntervalMs"],
    [{ account: "sip:a@b" }, "account must be an object"],
    [{ account: { uri: "sip:a@b", password: 1234 } }, "account.password"],
    [{ account: { uri: "sip:a@b", username: "a\r\nX: b" } }, "account.username"],
    [{ account: { uri: "sip:a@b", displayName: "a\r\nX: b" } }, "account.displayName"],
    [{ account: { uri: "sip:a@b" }, accounts: [{ uri: "sip:a@b" }] }, "accounts must be left out"],
    [{ accounts: [] }, "accounts"],
    [{ accounts: ["sip:a@b"] }, "accounts[0]"],
    [{ accounts: [{ uri: "sip:a@b" }, { uri: "sip:a@b" }] }, "accounts[1].id"],
    [{ accounts: [{ uri: "sip:a@b" }, { uri: "bob" }] }, "accounts[1].uri"],
    [{ account: { uri: "sip:a@b", registrar: "b" } }, "account.registrar"],
    [{ account: { uri: "sip:a@b", expiresSeconds: 60 } }, "account.registrar"],
    [{ account: { uri: "sip:a@b", registrar: "sip:b", expiresSeconds: 0.5 } }, "account.expiresSeconds"],
    [{ account: { uri: "sip:a@b", registrar: "sip:b", autoRegister: "no" } }, "account.autoRegister"],
    [{ account: { uri: "sip:a@b", id: "" } }, "account.id"],
    [{ account: { uri: "sip:a@b", nat: "maybe" } }, "account.nat"],
    [{ nat: "stun" }, "nat"],
    [{ nat: null }, "nat"],
    [{ nat: {} }, "nat"],
    [{ nat: { publicAddress: "example.com" } }, "nat.publicAddress"],
    [{ nat: { publicAddress: "192.0.2.1:5060" } }, "nat.publicAddress"],
    [{ nat: { publicAddress: "0.0.0.0" } }, "nat.publicAddress"],
    [{ nat: { publicAddress: {} } }, "nat.publicAddress"],
    [{ nat: { publicAddress: { signalling: "here" } } }, "nat.publicAddress.signalling"],
    [{ nat: { publicAddress: { media: "" } } }, "nat.publicAddress.media"],
    [{ nat: { publicAddress: { sip: "192.0.2.1" } } }, "nat.publicAddress.sip"],
    [{ nat: { stun: [] } }, "nat.stun"],
    [{ nat: { stun: "stuns:stun.example.org" } }, "nat.stun"],
    [{ nat: { stun: ["stun.example.org", 3478] } }, "nat.stun"],
    [{ nat: { turn: "turn.example.org" } }, "nat.turn"],
    [{ nat: { stun: "stun.example.org" }, media: "external" }, "nat.stun"],
    [{ nat: { publicAddress: { media: "192.0.2.1" } }, media: "external" }, "nat.publicAddress.media"],
    [{ nat: { publicAddress: "192.0.2.1" }, media: { advertisedAddress: "192.0.2.2" } }, "media.advertisedAddress"],
    [{ accounts: [{ uri: "sip:a@b" }, { uri: "sip:c@d", nat: { stun: "" } }] }, "accounts[1].nat.stun"],
    [{ account: { uri: "sip:a@b", transport: "udp" } }, "account.transport"],
    [{ account: { uri: "sip:a@b", transport: "SCTP" } }, "account.transport"],
    [{ account: { uri: "sips:a@b", transport: "UDP" } }, "account.transport"],
    [{ account: { uri: "sip:a@b", registrar: "sips:b", transport: "UDP" } }, "account.transport"],
    [{ account: { uri: "sips:a@b", registrar: "sip:b" } }, "account.registrar"],
    [{ instanceId: "f81d4fae" }, "instanceId"],
    [{ maxCallSeconds: "60" }, "maxCallSeconds"],
    [{ timers: { T1: Number.POSITIVE_INFINITY } }, "timers.T1"],
    [{ interceptors: ["log"] }, "interceptors"],
    [{ failover: 4000 }, "failover"],
    [{ failover: { silenceMs: 0 } }, "failover.silenceMs"],
    [{ failover: { silenceMs: Infinity } }, "failover.silenceMs"],
    [{ failover: { failBackMs: "300" } }, "failover.failBackMs"],
    [{ failover: { afterMs: 1 } }, "failover.afterMs"],
  ])("%j is CONFIG_INVALID and names %s", async (options, field) => {
    const { code, message } = await problem(options);
    expect(code).toBe("CONFIG_INVALID");
    expect(message).toContain(field);
  });

  test.each([
    [{ account: { uri: "sip:a@b", registrar: "sip:b;transport=sctp" } }, "account.registrar"],
    [{ account: { uri: "sip:a@b", nat: "ice" } }, "account.nat"],
    [{ accounts: [{ uri: "sip:a@b" }, { uri: "sip:c@d", codecs: ["opus"] }] }, "accounts[1].codecs"],
    [{ account: { uri: "sips:a@b;transport=udp" } }, "account.uri"],
    [{ account: { uri: "sip:a@b", outboundProxy: "sip:b;transport=sctp" } }, "account.outboundProxy"],
    [{ media: { codecs: ["opus", "PCMU", "G722"] } }, "opus, G722"],
    [{ nat: "turn" }, "nat"],
    [{ srtp: "require" }, "srtp"],
  ])("%j is CONFIG_UNSUPPORTED and names %s", async (options, field) => {
    const { code, message } = await problem(options);
    expect(code).toBe("CONFIG_UNSUPPORTED");
    expect(message).toContain(field);
  });

  test("one error names everything", async () => {
    const { code, message } = await problem({ maxCalls: -1, transports: ["SCTP"], media: { ptimeMs: 7, codecs: ["opus"] } });
    expect(code).toBe("CONFIG_INVALID");
    for (const field of ["maxCalls", "transports", "media.ptimeMs", "media.codecs"]) expect(message).toContain(field);
  });

  test("an option named like a property of every object is no option", async () => {
    const { code, message } = await problem(JSON.parse('{ "__proto__": 1, "constructor": 1, "media": { "toString": 1 } }') as object);
    expect(code).toBe("CONFIG_INVALID");
    expect(message).toContain("constructor");
    expect(message).toContain("media.toString");
  });

  test("attributes of the application go into the description, and the packet time asked for is honoured", async () => {
    const { scenario } = await import("../support/scenario.ts");
    const { connect, wire, clock } = await scenario({ alice: { media: { ptimeMs: 30, sdpAttributes: ["x-team:7", "x-flag"] } } });
    const { call, bobs } = await connect();
    const offer = wire.entries.find(({ summary }) => summary.startsWith("INVITE"))!.data.toString();
    expect(offer).toContain("a=ptime:30\r\n");
    expect(offer).toContain("a=x-team:7\r\na=x-flag\r\n");
    const sent = [call, bobs].map((side) => side.statistics()!.packetsSent);
    await clock.advance(3000);
    expect([call, bobs].map((side, index) => side.statistics()!.packetsSent - sent[index]!)).toEqual([100, 100]);
  });
});
