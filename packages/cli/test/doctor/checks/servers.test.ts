import { NetworkError } from "@sidetone/infra-common";
import { issueCertificate } from "@sidetone/testkit";
import { describe, expect, test } from "vitest";
import { serversCheck } from "../../../src/doctor/checks/servers.ts";
import { codesOf, surgery, withNetwork } from "../../support/examine.ts";

const ca = issueCertificate({ commonName: "Test CA", isAuthority: true });
const good = issueCertificate({ commonName: "good", names: ["DNS:example.com", "IP:10.0.0.2"], issuer: ca });
const tls = { ca: ca.cert };

describe("a server that answers", () => {
  test("over UDP: how fast, what it is and what it allows; OPTIONS was asked once (RFC 3261 §11)", async () => {
    const { examine, sipServer } = surgery();
    const requests = await sipServer("UDP", "10.0.0.2", 5060, {
      decide: () => [200, ["Server", "Desk/1"], ["Allow", "INVITE, ACK, BYE"]],
    });
    const findings = await examine(serversCheck, { server: "sip:10.0.0.2" });
    expect(findings).toMatchObject([
      {
        code: "SERVER_ANSWERS",
        subject: "UDP 10.0.0.2:5060",
        text: "UDP 10.0.0.2:5060 answered 200 OK in 2 ms: it is Desk/1; allows INVITE, ACK, BYE",
        data: { connectMs: null, handshakeMs: null, roundTripMs: 2, statusCode: 200, software: "Desk/1", allow: ["INVITE", "ACK", "BYE"] },
      },
    ]);
    expect(requests.map(({ method, requestUriText }) => `${method} ${requestUriText}`)).toEqual(["OPTIONS sip:10.0.0.2"]);
  });

  test("over TCP: the time to connect apart from the time to answer", async () => {
    const { examine, sipServer, network } = surgery();
    network.setDefaultConditions({ delayMs: 20 });
    await sipServer("TCP", "10.0.0.2", 5060);
    const [found] = await examine(serversCheck, { server: "sip:10.0.0.2;transport=tcp" });
    expect(found).toMatchObject({ code: "SERVER_ANSWERS", data: { connectMs: 40, roundTripMs: 40 } });
  });

  test.each(["TLS", "WSS"] as const)("over %s: connection, handshake and answer", async (transport) => {
    const { examine, sipServer, network } = surgery();
    network.setDefaultConditions({ delayMs: 20 });
    await sipServer(transport, "10.0.0.2", 5061, { tls: { cert: good.cert, key: good.key } });
    const server = `sip:10.0.0.2:5061;transport=${transport.toLowerCase()}`;
    const [found] = await examine(serversCheck, { server, tls });
    expect(found).toMatchObject({
      code: "SERVER_ANSWERS",
      subject: `${transport} 10.0.0.2:5061`,
      data: { connectMs: 40, roundTripMs: 40 },
    });
    expect(found!.data!["handshakeMs"]).toBeGreaterThanOrEqual(40);
    expect(found!.text).toMatch(/ answered 200 OK in 40 ms \(TCP 40 ms, TLS \d+ ms\)$/);
  });

  test("over every transport that the records offer, and to every server of them", async () => {
    const { examine, sipServer, here } = surgery();
    here.resolver.setSrv("_sip._udp.example.com", [
      { target: "a.example.com", priority: 1 },
      { target: "b.example.com", priority: 2 },
    ]);
    here.resolver.setSrv("_sips._tcp.example.com", [{ target: "a.example.com", port: 5061 }]);
    here.resolver.setAddresses("a.example.com", ["10.0.0.2"]);
    here.resolver.setAddresses("b.example.com", ["10.0.0.3"]);
    for (const address of ["10.0.0.2", "10.0.0.3"]) await sipServer("UDP", address, 5060);
    await sipServer("TLS", "10.0.0.2", 5061, { tls: { cert: good.cert, key: good.key } });
    const findings = await examine(serversCheck, { server: "sip:example.com", tls });
    expect(findings.map(({ subject, code }) => `${subject} ${code}`)).toEqual([
      "UDP 10.0.0.2:5060 SERVER_ANSWERS",
      "UDP 10.0.0.3:5060 SERVER_ANSWERS",
      "TLS 10.0.0.2:5061 SERVER_ANSWERS",
    ]);
  });

  test.each([
    [401, "SERVER_ANSWERS"],
    [404, "SERVER_ANSWERS"],
    [405, "SERVER_ANSWERS"],
    [503, "SERVER_REFUSES"],
    [600, "SERVER_REFUSES"],
  ])("with %i: %s", async (statusCode, code) => {
    const { examine, sipServer } = surgery();
    await sipServer("UDP", "10.0.0.2", 5060, { decide: () => [statusCode] });
    expect(codesOf(await examine(serversCheck, { server: "sip:10.0.0.2" }))).toEqual([code]);
  });
});

describe("a server that does not", () => {
  test("is silent over UDP: asked four times in 4 s, and given up", async () => {
    const { examine, sipServer, clock } = surgery();
    const requests = await sipServer("UDP", "10.0.0.2", 5060, { decide: () => undefined });
    const startedAtMs = clock.now();
    const [found] = await examine(serversCheck, { server: "sip:10.0.0.2" });
    expect(found).toMatchObject({ code: "SERVER_SILENT", status: "problem", text: "UDP 10.0.0.2:5060 does not answer" });
    expect(found!.advice).toContain("UDP to port 5060");
    expect(clock.now() - startedAtMs).toBeLessThan(4500);
    expect(requests).toHaveLength(1); // retransmissions are the same request
  });

  test("takes connections and is silent then", async () => {
    const { examine, sipServer } = surgery();
    await sipServer("TCP", "10.0.0.2", 5060, { decide: () => undefined });
    const [found] = await examine(serversCheck, { server: "sip:10.0.0.2;transport=tcp" });
    expect(found).toMatchObject({ code: "SERVER_SILENT", data: { connectMs: 2 } });
    expect(found!.text).toBe("TCP 10.0.0.2:5060 takes connections and does not answer (TCP 2 ms)");
  });

  test.each(["tcp", "tls", "ws", "wss"])("has its port closed: %s", async (transport) => {
    const { examine, machineAt } = surgery();
    machineAt("10.0.0.2");
    const [found] = await examine(serversCheck, { server: `sip:10.0.0.2:5070;transport=${transport}` });
    expect(found).toMatchObject({ code: "SERVER_PORT_CLOSED", status: "problem" });
    expect(found!.text).toContain("nothing listens on port 5070");
  });

  test("is behind a firewall that drops everything", async () => {
    const { examine, sipServer, network } = surgery();
    await sipServer("TCP", "10.0.0.2", 5060);
    network.partition("10.0.0.2");
    const [found] = await examine(serversCheck, { server: "sip:10.0.0.2;transport=tcp" });
    expect(found).toMatchObject({ code: "SERVER_SILENT", text: "TCP 10.0.0.2:5060 does not answer", data: { connectMs: null } });
    expect(found!.advice).toContain("TCP to port 5060");
  });

  test("cannot be reached from here at all", async () => {
    const { examine, here } = surgery();
    const connectStream = (): Promise<never> => Promise.reject(new NetworkError("NETWORK_UNREACHABLE", "no route leads there"));
    const [found] = await examine(serversCheck, {
      environment: withNetwork(here, { connectStream }),
      server: "sip:10.0.0.2;transport=tcp",
    });
    expect(found).toMatchObject({ code: "SERVER_UNREACHABLE", text: expect.stringContaining("no route leads there") as string });
  });

  test("speaks no TLS on the port that is one for TLS", async () => {
    const { examine, sipServer } = surgery();
    await sipServer("TCP", "10.0.0.2", 5061);
    const [found] = await examine(serversCheck, { server: "sip:10.0.0.2:5061;transport=tls" });
    expect(found).toMatchObject({ code: "TLS_HANDSHAKE_FAILED", status: "problem" });
  });

  test("has a certificate that is not good: it is told nothing", async () => {
    const { examine, sipServer } = surgery();
    const requests = await sipServer("TLS", "10.0.0.2", 5061, { tls: { cert: good.cert, key: good.key } });
    const findings = await examine(serversCheck, { server: "sip:10.0.0.2:5061;transport=tls" });
    expect(findings).toMatchObject([{ code: "SERVER_NOT_ASKED", status: "note" }]);
    expect(requests).toEqual([]);
  });
});
