import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { NodeResolver, systemClock, systemEnvironment } from "sidetone/infra";
import { DnsServer, VirtualResolver } from "sidetone/testkit";
import { SipTrace } from "sidetone/trace";
import { describe, expect, onTestFailed, onTestFinished, test } from "vitest";
import { accountAt, openKamailio } from "../kamailio/open-kamailio.ts";
import { kamailioDomain, type Kamailio } from "../peers/kamailio/start-kamailio.ts";
import { describeWith } from "../peers/process/installed.ts";
import { hostPort, openClient } from "../under-test/open-client.ts";
import { timedCall } from "./timed-call.ts";

type Transport = "udp" | "tcp";

/** A name server on loopback, and an environment whose `node:dns` asks it alone. */
async function openDns() {
  const zone = new VirtualResolver(systemClock);
  const server = await DnsServer.start(zone);
  onTestFinished(() => server.close());
  const environment = systemEnvironment({ resolver: new NodeResolver({ servers: [server.hostPort] }) });
  /** Puts servers on ports of 127.0.0.1 behind a domain, the first one first. */
  const setServers = (domain: string, transport: Transport, ports: readonly number[]) => {
    zone.setNaptr(domain, [{ service: transport === "udp" ? "SIP+D2U" : "SIP+D2T", replacement: `_sip._${transport}.${domain}` }]);
    zone.setSrv(
      `_sip._${transport}.${domain}`,
      ports.map((port, index) => ({ priority: index, port, target: `s${index}.${domain}` })),
    );
    ports.forEach((_, index) => zone.setAddresses(`s${index}.${domain}`, ["127.0.0.1"]));
  };
  return { zone, environment, setServers };
}

function openTrace(): SipTrace {
  const trace = new SipTrace();
  onTestFinished(() => trace.stop());
  onTestFailed(() => console.log(trace.ladder()));
  return trace;
}

/** A server that takes everything in and never says a word. */
async function openMute(transport: Transport): Promise<number> {
  if (transport === "udp") {
    const socket = createSocket("udp4").bind(0, "127.0.0.1");
    await new Promise((resolve) => socket.once("listening", resolve));
    onTestFinished(() => void socket.close());
    return socket.address().port;
  }
  const server = createServer((socket) => void socket.resume().on("error", () => {})).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

describeWith(["kamailio"], "two kamailios behind one SRV name", () => {
  for (const transport of ["udp", "tcp"] as const) {
    test(`over ${transport.toUpperCase()}: the first is killed, and calls go through the second within ten seconds, once each`, async () => {
      const { environment, setServers } = await openDns();
      const bob = await openClient({ account: { uri: `sip:bob@${kamailioDomain}` } });
      let calls = 0;
      bob.onIncoming(async (incoming) => {
        calls++;
        await incoming.answer();
      });
      const locations = { bob: `sip:bob@${hostPort(bob)};transport=${transport}` };
      const servers: readonly Kamailio[] = [await openKamailio({ locations }), await openKamailio({ locations })];
      setServers(
        kamailioDomain,
        transport,
        servers.map(({ port }) => port),
      );
      const [first, second] = servers as [Kamailio, Kamailio];
      const alice = await openClient({ environment, account: accountAt(first, "alice", { outboundProxy: `sip:${kamailioDomain}` }) });
      const trace = openTrace();
      const invited = ({ hostPort }: Kamailio) =>
        trace.entries.filter(({ text, to }) => text.startsWith("INVITE ") && to === hostPort).length;

      await timedCall(alice, "bob");
      expect(invited(second)).toBe(0);
      await first[Symbol.asyncDispose]();
      expect(await timedCall(alice, "bob")).toBeLessThan(10_000);
      expect(await timedCall(alice, "bob")).toBeLessThan(1_000); // the dead one is not asked again at once
      expect(calls).toBe(3);
    });
  }
});

describe("two servers of this stack behind one SRV name", () => {
  for (const transport of ["udp", "tcp"] as const) {
    test(`over ${transport.toUpperCase()}: the first says nothing at all, and calls and requests go to the second within ten seconds`, async () => {
      const { environment, setServers } = await openDns();
      const server = await openClient();
      server.onIncoming(async (incoming) => {
        await incoming.answer();
      });
      const [point] = server.listeningPoints;
      setServers("pbx.test", transport, [await openMute(transport), point!.port]);
      openTrace();
      const alice = await openClient({ environment });
      const beforeMs = performance.now();
      const response = await alice.userAgent.request({ method: "OPTIONS", requestUri: "sip:pbx.test" });
      expect(response.statusCode).toBe(200);
      expect(performance.now() - beforeMs).toBeLessThan(10_000);
      const other = await openClient({ environment });
      expect(await timedCall(other, "sip:desk@pbx.test")).toBeLessThan(10_000);
      expect(await timedCall(other, "sip:desk@pbx.test")).toBeLessThan(1_000);
    });
  }
});
