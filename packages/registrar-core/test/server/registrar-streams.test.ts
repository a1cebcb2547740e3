import { createUserAgentCore, DigestServer, type IncomingRequest } from "@sidetone/dialog-core";
import { createRegistrarServer, Users } from "@sidetone/registrar-core";
import { SipUri } from "@sidetone/sip-core";
import { createSipTransports, viaFor, type TransportName } from "@sidetone/sip-transport";
import { issueCertificate, virtualEnvironment, WireLog } from "@sidetone/testkit";
import { describe, expect, onTestFailed, onTestFinished, test } from "vitest";

const authority = issueCertificate({ commonName: "Test CA", isAuthority: true });
const { cert, key } = issueCertificate({ commonName: "registrar", names: ["IP:10.0.0.1"], issuer: authority });
const ports = { TLS: 5061, WS: 80, WSS: 443 } as const;

/** A registrar over TLS, WS and WSS on 10.0.0.1, and alice's phone on 10.0.0.2, which listens nowhere. */
async function setUp() {
  const environment = virtualEnvironment({ host: "10.0.0.1" });
  const { clock, virtualNetwork } = environment;
  const log = new WireLog(virtualNetwork);
  log.printOnFailure(onTestFailed);
  const transports = createSipTransports(environment, { tls: { cert, key } });
  const users = new Users("example.com");
  users.load("alice:secret", "users");
  const authentication = new DigestServer(environment, { realm: "example.com", secrets: users });
  const server = createRegistrarServer(environment, transports, { domains: ["example.com"], authentication });
  for (const transport of ["TLS", "WS", "WSS"] as const)
    await transports.listen({ transport, address: "10.0.0.1", port: ports[transport] });
  const removed: string[] = [];
  server.registrar.location.on("bindingRemoved", ({ cause }) => removed.push(cause));

  const there = virtualEnvironment({ host: "10.0.0.2", beside: environment });
  const phones = createSipTransports(there, { tls: { ca: authority.cert } });
  const heard: IncomingRequest[] = [];
  const phone = createUserAgentCore(there, phones, {
    user: { onInvite: () => {}, onRequest: (request) => (heard.push(request), request.respond(200)) },
    allowedMethods: ["MESSAGE"],
    acceptedBodyTypes: ["text/plain"],
    credentials: { get: () => Promise.resolve({ username: "alice", password: "secret" }) },
  });
  /** TLS and HTTP work in tasks of their own: time passes in small steps meanwhile. */
  const until = async (condition: () => boolean): Promise<void> => {
    for (let i = 0; !condition() && i < 2000; i++) await clock.advance(1);
    expect(condition()).toBe(true);
  };
  const settle = async <Value>(promise: Promise<Value>): Promise<Value> => {
    let isPending = true;
    const end = (): void => void (isPending = false);
    promise.then(end, end);
    await until(() => !isPending);
    return promise;
  };
  const register = (transport: TransportName, contact: string, supported = "path"): Promise<number> =>
    settle(
      phone.request({
        method: "REGISTER",
        requestUri: "sip:example.com",
        route: [`<sip:10.0.0.1;transport=${transport.toLowerCase()};lr>`],
        to: "sip:alice@example.com",
        from: "sip:alice@example.com",
        headers: [
          ["Contact", contact],
          ["Supported", supported],
        ],
      }),
    ).then(({ statusCode }) => statusCode);
  onTestFinished(async () => {
    await settle(Promise.all([phone.close(), server.close()]));
    await settle(Promise.all([phones.close(), transports.close()]));
    await clock.advance(64_000);
    expect(clock.pendingTimers).toBe(0);
    for (const { network } of [environment, there]) expect(network.openSockets).toBe(0);
  });
  const bindings = () => server.registrar.lookup(SipUri.parse("sip:alice@example.com"));
  return { log, phones, heard, register, bindings, removed, until, settle };
}

const plain = "<sip:alice@x1y2z3.invalid;transport=ws>";
const outbound = `${plain};+sip.instance="<urn:uuid:00000000-0000-4000-8000-000000000001>";reg-id=1`;

describe.each(["TLS", "WS", "WSS"] as const)("A registrar over %s", (transport) => {
  test("challenges, takes the binding, and keeps the flow that leads back to the phone", async () => {
    const { log, heard, register, bindings, until } = await setUp();
    expect(await register(transport, outbound, "path, outbound")).toBe(200);
    const [binding] = bindings();
    expect(binding).toMatchObject({ receivedTransport: transport, receivedAddress: "10.0.0.2", regId: 1, isOutbound: true });
    const flow = binding!.flow!;
    const lines = [
      `MESSAGE ${binding!.contact} SIP/2.0`,
      `Via: ${viaFor(flow, "z9hG4bKback")}`,
      "Max-Forwards: 70",
      "From: <sip:bob@example.com>;tag=b",
      "To: <sip:alice@example.com>",
      "Call-ID: back",
      "CSeq: 1 MESSAGE",
      "Content-Type: text/plain",
      "Content-Length: 5",
    ];
    flow.send(Buffer.from(`${lines.join("\r\n")}\r\n\r\nhello`));
    await until(() => heard.length === 1);
    expect(Buffer.from(heard[0]!.request.body).toString()).toBe("hello");
    if (transport !== "WS") expect(log.entries.filter(({ data }) => data.includes("SIP/2.0"))).toEqual([]);
  });

  test("lets go of an outbound binding with its connection (RFC 5626 §5.3), and of no other", async () => {
    const { phones, register, bindings, removed, until, settle } = await setUp();
    expect(await register(transport, outbound, "path, outbound")).toBe(200);
    expect(await register(transport, "<sip:alice@10.0.0.2:5060>")).toBe(200);
    expect(bindings()).toHaveLength(2);
    await settle(phones.close());
    await until(() => removed.length > 0);
    expect(removed).toEqual(["FlowFailed"]);
    expect(bindings()).toMatchObject([{ contact: "sip:alice@10.0.0.2:5060", flow: undefined }]);
  });
});
