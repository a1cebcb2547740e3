import { afterEach, describe, expect, test } from "vitest";
import { viaFor, type Flow, type SipTransportsOptions, type TlsOptions } from "@sidetone/sip-transport";
import type { IssuedCertificate } from "@sidetone/testkit";
import { optionsRequest } from "./messages.ts";
import { party, type Party } from "./parties.ts";
import { testCertificates } from "./support/certificates.ts";
import { closeAll, settled } from "./support/settled.ts";

const certificates = testCertificates();
const { ca, good } = certificates;
const explicit = { messageBytes: 500, transportIsExplicit: true };
const opened: Party[] = [];

/** Bob serves TLS as `server` says, on 10.0.0.2; alice trusts the test authority. */
async function setUp({ server = {}, client = {} }: { server?: TlsOptions; client?: TlsOptions } = {}) {
  const alice = party({ host: "10.0.0.1" }, { tls: { ca: ca.cert, ...client } });
  const bob = party({ host: "10.0.0.2", beside: alice.environment }, { tls: { cert: good.cert, key: good.key, ...server } });
  opened.push(alice, bob);
  const { clock } = alice.environment;
  await bob.transports.listen({ transport: "TLS", address: "10.0.0.2", port: 5061 });
  const flowTo = (hostName: string, from = alice, port = 5061, address = "10.0.0.2"): Promise<Flow> =>
    settled(clock, from.transports.flowTo({ transport: "TLS", address, port, hostName }, explicit));
  const until = async (condition: () => boolean): Promise<void> => {
    for (let i = 0; !condition() && i < 500; i++) await clock.advance(1);
    expect(condition()).toBe(true);
  };
  return { alice, bob, clock, flowTo, until };
}

const of = ({ cert, key }: IssuedCertificate): TlsOptions => ({ cert, key });

afterEach(() => closeAll(opened));

describe("the certificate of a server (RFC 5922 §7.2)", () => {
  test("that names the SIP domain is trusted, the case of letters aside", async () => {
    const { flowTo } = await setUp();
    expect(await flowTo("Example.COM")).toMatchObject({ transport: "TLS", secure: true, reliable: true });
  });

  test.each([
    ["a wildcard", certificates.wildcard, "sip.example.com", "not for sip.example.com"],
    ["another name", certificates.wrongName, "example.com", "for other.example, not for example.com"],
    ["a date in the past", certificates.expired, "example.com", "CERT_HAS_EXPIRED"],
    ["its own signature", certificates.selfSigned, "example.com", "DEPTH_ZERO_SELF_SIGNED_CERT"],
    ["the signature of an unknown authority", certificates.unknownCa, "example.com", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
    ["nothing but a CN", certificates.onlyCommonName, "example.com", "for nobody, not for example.com"],
    ["an address that is not asked for", certificates.wrongName, "10.0.0.2", "not for 10.0.0.2"],
  ])("with %s is refused", async (_what, issued, hostName, message) => {
    const { flowTo, bob } = await setUp({ server: of(issued) });
    const refused = flowTo(hostName);
    await expect(refused).rejects.toMatchObject({ code: "SIP_TRANSPORT_CERTIFICATE" });
    await expect(refused).rejects.toThrow(message);
    expect(bob.user.requests).toEqual([]);
  });

  test("with nothing but a CN is trusted when that is asked for", async () => {
    const { flowTo, alice } = await setUp({ server: of(certificates.onlyCommonName), client: { commonName: true } });
    expect(await flowTo("example.com")).toMatchObject({ secure: true });
    expect(alice.warnings[0]!.message).toContain("less strictly");
  });

  test("is the one of serverName, when another name than the URI's is given", async () => {
    const { flowTo } = await setUp({ client: { serverName: "example.com" } });
    expect(await flowTo("pbx.internal")).toMatchObject({ secure: true });
  });

  test.each([
    ["none", certificates.selfSigned, true],
    ["none", certificates.wrongName, true],
    ["chain", certificates.wrongName, true],
    ["chain", certificates.selfSigned, false],
  ] as const)("with verify: %s, is taken or not as far as that goes, and a warning is logged", async (verify, issued, isTaken) => {
    const { flowTo, alice } = await setUp({ server: of(issued), client: { verify } });
    const flow = flowTo("sip.example.com");
    if (isTaken) expect((await flow).secure).toBe(true);
    else await expect(flow).rejects.toMatchObject({ code: "SIP_TRANSPORT_CERTIFICATE" });
    expect(alice.warnings).toMatchObject([{ fields: { verify } }]);
  });
});

describe("reuse of TLS connections (RFC 5923)", () => {
  test("a connection serves every host that its certificate names, and no other", async () => {
    const { flowTo } = await setUp();
    const flow = await flowTo("example.com");
    expect(await flowTo("10.0.0.2")).toBe(flow);
    await expect(flowTo("other.example")).rejects.toMatchObject({ code: "SIP_TRANSPORT_CERTIFICATE" });
    expect(flow.isClosed).toBe(false);
  });

  test("who has shown no certificate gets no request for a host over the connection that it opened", async () => {
    const { alice, bob, flowTo, until } = await setUp();
    const flow = await flowTo("example.com");
    flow.send(optionsRequest(`${viaFor(flow, "z9hG4bK1")};alias`));
    await until(() => bob.user.requests.length === 1);
    await expect(flowTo("client.example", bob, flow.localPort, "10.0.0.1")).rejects.toMatchObject({ code: "SIP_TRANSPORT_CONNECT_FAILED" });
    expect(alice.user.requests).toEqual([]);
  });

  test("who has shown one is reached at the port of its alias over the connection that it opened", async () => {
    const { bob, flowTo, until } = await setUp({
      server: { ca: ca.cert, clientCertificates: "require" },
      client: of(certificates.client),
    });
    const flow = await flowTo("example.com");
    flow.send(optionsRequest("SIP/2.0/TLS 10.0.0.1:5099;branch=z9hG4bK1;alias"));
    await until(() => bob.user.requests.length === 1);
    expect(await flowTo("client.example", bob, 5099, "10.0.0.1")).toBe(bob.user.requests[0]!.flow);
    await expect(flowTo("other.example", bob, 5099, "10.0.0.1")).rejects.toMatchObject({ code: "SIP_TRANSPORT_CONNECT_FAILED" });
  });
});

describe("reuse of TCP connections", () => {
  test("an alias in the clear proves nothing and counts for nothing", async () => {
    const { alice, bob, clock, until } = await setUp();
    await bob.transports.listen({ transport: "TCP", address: "10.0.0.2", port: 5060 });
    const target = { transport: "TCP" as const, address: "10.0.0.2", port: 5060, hostName: "example.com" };
    const flow = await settled(clock, alice.transports.flowTo(target, explicit));
    flow.send(optionsRequest("SIP/2.0/TCP 10.0.0.1:5099;branch=z9hG4bK1;alias"));
    await until(() => bob.user.requests.length === 1);
    const back = bob.transports.flowTo({ ...target, address: "10.0.0.1", port: 5099 }, explicit);
    await expect(settled(clock, back)).rejects.toMatchObject({ code: "SIP_TRANSPORT_CONNECT_FAILED" });
  });
});

describe("clients that have to show a certificate", () => {
  const server: TlsOptions = { ca: ca.cert, clientCertificates: "require" };

  test("and do are let in", async () => {
    const { bob, flowTo, until } = await setUp({ server, client: of(certificates.client) });
    const flow = await flowTo("example.com");
    flow.send(optionsRequest(viaFor(flow, "z9hG4bK1")));
    await until(() => bob.user.requests.length === 1);
  });

  test.each([
    ["none", {}],
    ["one of an unknown authority", of(certificates.unknownCa)],
    ["one that signed itself", of(certificates.selfSigned)],
    ["one that has expired", of(certificates.expired)],
  ])("and show %s are not", async (_what, client) => {
    const { alice, bob, flowTo, until } = await setUp({ server, client });
    // In TLS 1.3 the client learns of it after its own handshake is over.
    const flow = await flowTo("example.com");
    flow.send(optionsRequest(viaFor(flow, "z9hG4bK1")));
    await until(() => flow.isClosed);
    expect(alice.user.failures).toMatchObject([{ error: { code: "SIP_TRANSPORT_CONNECTION_LOST" } }]);
    expect(bob.user.requests).toEqual([]);
  });
});

describe("what two sides have in common", () => {
  test("ALPN, where both name it", async () => {
    const { flowTo } = await setUp({ server: { alpn: ["sip/2"] }, client: { alpn: ["sip/2"] } });
    expect((await flowTo("example.com")).secure).toBe(true);
  });

  test("a server that offers another protocol in ALPN is refused", async () => {
    const { flowTo } = await setUp({ server: { alpn: ["h2"] }, client: { alpn: ["sip/2"] } });
    await expect(flowTo("example.com")).rejects.toMatchObject({ code: "SIP_TRANSPORT_CONNECT_FAILED" });
  });

  test("TLS itself: where the other side speaks none, the error says so", async () => {
    const { bob, flowTo, alice } = await setUp();
    await bob.transports.listen({ transport: "WS", address: "10.0.0.2", port: 80 });
    const refused = flowTo("example.com", alice, 80);
    await expect(refused).rejects.toMatchObject({ code: "SIP_TRANSPORT_CONNECT_FAILED" });
    await expect(refused).rejects.toThrow("does not speak TLS");
  });
});

describe("options of TLS", () => {
  test("a server without a certificate does not listen", async () => {
    const alone = party({ host: "10.0.0.9" });
    opened.push(alone);
    const listening = alone.transports.listen({ transport: "TLS", address: "10.0.0.9", port: 5061 });
    await expect(listening).rejects.toMatchObject({ code: "SIP_TRANSPORT_LISTEN_FAILED" });
    await expect(listening).rejects.toThrow("tls.cert");
  });

  test.each([
    ["a key without its certificate", { key: good.key }],
    ["a certificate without its key", { cert: good.cert }],
    ["the key of another certificate", { cert: good.cert, key: ca.key }],
    ["a further certificate without a first", { certificates: [{ cert: good.cert, key: good.key }] }],
    ["a further certificate with another key", { ...of(good), certificates: [{ cert: good.cert, key: ca.key }] }],
    ["a file that is not there", { cert: { file: "/nowhere/cert.pem" }, key: good.key }],
    ["what is no certificate", { cert: "certificate", key: good.key }],
  ])("%s is refused at once", (_what, tls: SipTransportsOptions["tls"]) => {
    expect(() => party({}, { tls: tls! })).toThrow(expect.objectContaining({ code: "SIP_TRANSPORT_TLS_OPTIONS" }));
  });
});
