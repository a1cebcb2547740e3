import { ClientBuilder, createClient, type CertificateExpiringEvent, type Client, type ClientOptions } from "@sidetone/client-core";
import type { CertificateExpiry } from "@sidetone/sip-transport";
import { issueCertificate, virtualEnvironment, type VirtualEnvironment } from "@sidetone/testkit";
import { expect, onTestFinished, test } from "vitest";

const dayMs = 86_400_000;

/** Options of a client on 10.0.0.1 whose certificate ends in so many days; what its own function was told. Afterwards nothing is left. */
function setUp(endsInDays: number) {
  const environment: VirtualEnvironment = virtualEnvironment({ host: "10.0.0.1" });
  const { clock } = environment;
  const { cert, key } = issueCertificate({ commonName: "alice", notAfter: new Date(clock.wallNow() + endsInDays * dayMs) });
  const atOnce: number[] = [];
  const onExpiring = ({ daysLeft }: CertificateExpiry): void => void atOnce.push(daysLeft);
  const options: ClientOptions = { environment, listen: "10.0.0.1:5060", tls: { cert, key, reloadCheckMs: dayMs / 4, onExpiring } };
  const closed = (client: Client): void =>
    onTestFinished(async () => {
      await clock.advanceUntil(client.close());
      await clock.advance(1000);
      expect(clock.pendingTimers, "timers left").toBe(0);
    });
  return { clock, options, atOnce, closed };
}

test("a certificate that ends is told 30, 7 and 1 days before, and when it has ended", async () => {
  const { clock, options, closed } = setUp(40);
  const client = await createClient(options);
  closed(client);
  const heard: CertificateExpiry[] = [];
  client.on("certificateExpiring", ({ certificate }) => heard.push(certificate));
  const events: CertificateExpiringEvent[] = [];
  client.events.on("CertificateExpiring", (event) => events.push(event));
  await clock.advance(9 * dayMs);
  expect(heard).toEqual([]);
  await clock.advance(36 * dayMs);
  expect(heard.map(({ daysLeft }) => daysLeft)).toEqual([29, 6, 0, -1]);
  expect(events[0]).toMatchObject({
    ...{ callId: undefined, state: undefined, priority: "High", file: undefined, subject: "CN=alice", daysLeft: 29 },
    expiresAtMs: clock.epochMs + 40 * dayMs,
  });
  expect(events.map(({ daysLeft }) => daysLeft)).toEqual([29, 6, 0, -1]);
});

test("one that is near its end already is told once to whoever listens when the client has started, with every start", async () => {
  const { clock, options, atOnce, closed } = setUp(5);
  const client = await createClient(options);
  closed(client);
  const heard: number[] = [];
  client.on("certificateExpiring", ({ certificate }) => heard.push(certificate.daysLeft));
  expect([atOnce, heard]).toEqual([[5], []]);
  await clock.advance(dayMs / 2);
  expect(heard).toEqual([5]);
  await clock.advanceUntil(client.stop());
  await client.start();
  await clock.advance(1);
  expect(heard).toEqual([5, 4]);
});

test("a subscription that wants this type alone gets it from a client that is built", async () => {
  const { clock, options, closed } = setUp(0.5);
  const manager = await new ClientBuilder().environment(options.environment!).localAddress("10.0.0.1:5060").tls(options.tls!).build();
  closed(manager.client);
  const subscription = manager.subscribeToEvents({ types: ["CertificateExpiring"] });
  await manager.start();
  await clock.advance(1);
  const { value } = await subscription[Symbol.asyncIterator]().next();
  expect(value).toMatchObject({ type: "CertificateExpiring", daysLeft: 0 });
});
