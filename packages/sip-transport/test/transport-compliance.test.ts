import { afterAll, describe, expect, test } from "vitest";
import { delay, systemClock, systemEnvironment } from "@sidetone/infra-common";
import { createMemoryTransports, createSipTransports, MemoryHub } from "@sidetone/sip-transport";
import { virtualEnvironment } from "@sidetone/testkit";
import { RecordingUser } from "./recording-user.ts";
import { testCertificates } from "./support/certificates.ts";
import { transportCompliance } from "./transport-compliance.ts";

const { good, ca } = testCertificates();
const options = { tls: { cert: good.cert, key: good.key, ca: ca.cert } };

for (const transport of ["UDP", "TCP", "TLS", "WS", "WSS"] as const) {
  const viaParameters = transport === "TLS" || transport === "WSS" ? ";alias" : "";
  const real = systemEnvironment();
  transportCompliance(`${transport} on the system's sockets`, {
    transport,
    hasConnections: transport !== "UDP",
    viaParameters,
    environment: real,
    create: () => createSipTransports(real, options),
    elapse: (ms) => delay(systemClock, ms),
  });

  const virtual = virtualEnvironment({ network: { streamSegmentBytes: 97 } });
  transportCompliance(`${transport} on a virtual network`, {
    transport,
    hasConnections: transport !== "UDP",
    viaParameters,
    environment: virtual,
    create: () => createSipTransports(virtual, options),
    elapse: (ms) => virtual.clock.advance(ms),
  });

  afterAll(() => {
    expect(virtual.clock.pendingTimers).toBe(0);
    expect(virtual.network.openSockets).toBe(0);
  });
}

for (const transport of ["UDP", "TCP"] as const) {
  const memory = virtualEnvironment();
  const hub = new MemoryHub(memory.clock);
  transportCompliance(`${transport} in memory`, {
    transport,
    environment: memory,
    create: () => createMemoryTransports(memory, hub),
    elapse: (ms) => memory.clock.advance(ms),
  });

  afterAll(() => {
    expect(memory.clock.pendingTimers).toBe(0);
    expect(hub.size).toBe(0);
  });
}

describe("in memory", () => {
  test("what is sent to nobody fails the flow; a connection to nobody is refused", async () => {
    const environment = virtualEnvironment();
    const transports = createMemoryTransports(environment, new MemoryHub(environment.clock));
    const user = new RecordingUser();
    transports.user = user;
    for (const transport of ["UDP", "TCP"] as const) await transports.listen({ transport, address: "10.0.0.1", port: 5060 });
    const target = { address: "10.0.0.2", port: 5060, hostName: "10.0.0.2" };
    const options = { messageBytes: 1, transportIsExplicit: true };
    const flow = await transports.flowTo({ ...target, transport: "UDP" }, options);
    flow.send(Buffer.from("anything"));
    expect(user.failures).toEqual([]);
    await environment.clock.advance(0);
    expect(user.failures).toMatchObject([{ flow, error: { code: "SIP_TRANSPORT_SEND_FAILED" } }]);
    const refused = transports.flowTo({ ...target, transport: "TCP" }, options);
    await expect(refused).rejects.toMatchObject({ code: "SIP_TRANSPORT_CONNECT_FAILED" });
    await transports.close();
  });
});

describe("in memory, there is neither TLS nor WebSocket", () => {
  test.each(["TLS", "WS", "WSS"] as const)("%s is refused with SIP_TRANSPORT_UNSUPPORTED", async (transport) => {
    const environment = virtualEnvironment();
    const transports = createMemoryTransports(environment, new MemoryHub(environment.clock));
    const target = { transport, address: "10.0.0.2", port: 5061, hostName: "example.com" };
    const code = "SIP_TRANSPORT_UNSUPPORTED";
    await expect(transports.listen({ transport, address: "10.0.0.1", port: 5061 })).rejects.toMatchObject({ code });
    await expect(transports.flowTo(target, { messageBytes: 1, transportIsExplicit: true })).rejects.toMatchObject({ code });
    await transports.close();
  });
});
