import { examineTls, type SipTarget, type TlsExamination, type TlsOptions } from "@sidetone/sip-transport";
import type { IssuedCertificate } from "@sidetone/testkit";
import { afterEach, describe, expect, test } from "vitest";
import { party, type Party } from "./parties.ts";
import { testCertificates } from "./support/certificates.ts";

const certificates = testCertificates();
const target: SipTarget = { transport: "TLS", address: "10.0.0.2", port: 5061, hostName: "example.com" };
const opened: Party[] = [];

/** Bob shows a certificate on 10.0.0.2:5061. */
async function setUp({ cert, key }: IssuedCertificate = certificates.good) {
  const alice = party({ host: "10.0.0.1" });
  const bob = party({ host: "10.0.0.2", beside: alice.environment }, { tls: { cert, key } });
  opened.push(alice, bob);
  await bob.transports.listen({ transport: "TLS", address: "10.0.0.2", port: 5061 });
  await bob.transports.listen({ transport: "TCP", address: "10.0.0.2", port: 5060 });
  const { clock, virtualNetwork } = alice.environment;
  virtualNetwork.setDefaultConditions({ delayMs: 10 });
  const settled = async <Value>(promise: Promise<Value>): Promise<Value> => {
    let isPending = true;
    const settle = (): void => void (isPending = false);
    promise.then(settle, settle);
    while (isPending) await clock.advance(1);
    return promise;
  };
  const examine = (tls: TlsOptions = { ca: certificates.ca.cert }, of: Partial<SipTarget> = {}): Promise<TlsExamination> =>
    settled(examineTls(alice.environment, { ...target, ...of }, { tls }));
  return { alice, bob, clock, examine, settled };
}

afterEach(async () => {
  const parties = opened.splice(0);
  for (const { transports } of parties) await transports.close();
  for (const { environment } of parties) {
    await environment.clock.advance(1000);
    expect(environment.network.openSockets).toBe(0);
    expect(environment.clock.pendingTimers).toBe(0);
  }
});

describe("examineTls", () => {
  test("tells the times of connection and handshake apart, protocol, cipher, chain and names; no SIP is sent", async () => {
    const { examine, bob } = await setUp();
    const found = await examine();
    expect(found).toMatchObject({
      connectMs: 20,
      protocol: "TLSv1.3",
      cipher: "TLS_AES_256_GCM_SHA384",
      names: ["example.com", "127.0.0.1", "10.0.0.1", "10.0.0.2"],
      coversHost: true,
      distrust: undefined,
    });
    expect(found.handshakeMs).toBeGreaterThanOrEqual(20);
    expect(found.chain).toEqual([
      { subject: "good", issuer: "Test CA", validFromMs: Date.UTC(2020, 0, 1), validToMs: Date.UTC(2049, 0, 1) },
      { subject: "Test CA", issuer: "Test CA", validFromMs: Date.UTC(2020, 0, 1), validToMs: Date.UTC(2049, 0, 1) },
    ]);
    expect(bob.user.requests).toEqual([]);
  });

  test.each([
    ["a wildcard", certificates.wildcard, false, undefined],
    ["another name", certificates.wrongName, false, undefined],
    ["a date in the past", certificates.expired, true, "CERT_HAS_EXPIRED"],
    ["its own signature", certificates.selfSigned, true, "DEPTH_ZERO_SELF_SIGNED_CERT"],
    ["the signature of an unknown authority", certificates.unknownCa, true, "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
    ["nothing but a CN", certificates.onlyCommonName, false, undefined],
  ])("looks at a certificate with %s all the same", async (_what, issued, coversHost, distrust) => {
    const { examine } = await setUp(issued);
    expect(await examine()).toMatchObject({ coversHost, distrust, protocol: "TLSv1.3" });
  });

  test("trust, names and versions are those of the options", async () => {
    const { examine } = await setUp(certificates.onlyCommonName);
    expect(await examine({ ca: certificates.ca.cert, commonName: true })).toMatchObject({ coversHost: true });
    expect(await examine({ ca: certificates.otherCa.cert })).toMatchObject({ distrust: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" });
    expect(await examine({ serverName: "other.example", commonName: true })).toMatchObject({ coversHost: false });
  });

  test("a closed port, and one without TLS", async () => {
    const { examine, alice, settled } = await setUp();
    await expect(examine({}, { port: 5999 })).rejects.toMatchObject({ code: "NETWORK_CONNECTION_REFUSED" });
    const over = new AbortController();
    let connectMs = 0;
    const onConnected = (ms: number): void => void (connectMs = ms);
    const waiting = examineTls(alice.environment, { ...target, port: 5060 }, { onConnected, signal: over.signal });
    alice.environment.clock.setTimer(500, () => over.abort());
    await expect(settled(waiting)).rejects.toMatchObject({ name: "AbortError" });
    expect(connectMs).toBe(20);
  });
});
