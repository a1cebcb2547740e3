import { issueCertificate } from "@sidetone/testkit";
import { describe, expect, test } from "vitest";
import { serverPair } from "./support/server-pair.ts";
import type { TestAgentOptions } from "./support/test-agent.ts";

const authority = issueCertificate({ commonName: "Test CA", isAuthority: true });
const domain = ["URI:sip:example.com"];

/** An agent with a certificate of these names. */
function withCertificate(names: readonly string[]): TestAgentOptions {
  const { cert, key } = issueCertificate({ commonName: "agent", names, issuer: authority });
  return { sip: { tls: { cert, key, ca: authority.cert } } };
}

/** Two servers behind the SRV name of example.com over TLS, and a request to them. */
async function setUp(ofFirst: readonly string[], ofSecond: readonly string[]) {
  const pair = await serverPair({
    transport: "TLS",
    alice: withCertificate(["IP:10.0.0.1"]),
    servers: [withCertificate(ofFirst), withCertificate(ofSecond)],
  });
  const { alice, clock, first, second } = pair;
  const request = async () => {
    const answered = alice.core.request({ method: "REGISTER", requestUri: "sip:example.com;transport=tls" });
    let outcome: unknown;
    void answered.then(({ statusCode }) => (outcome = statusCode)).catch((error: unknown) => (outcome = error));
    for (let i = 0; outcome === undefined && i < 500; i++) await clock.advance(1); // TLS works in tasks of its own
    return outcome;
  };
  const reached = () => [first.requests.length, second.requests.length];
  return { ...pair, request, reached };
}

describe("servers behind a SIP domain, over TLS (RFC 5922 §4)", () => {
  test("show a certificate of the domain, each of them", async () => {
    const { request, reached, first, expectNothingLeft } = await setUp(domain, domain);
    expect(await request()).toBe(202);
    await first.transports.close();
    expect(await request()).toBe(202);
    expect(reached()).toEqual([1, 1]);
    await expectNothingLeft();
  });

  test("one whose certificate names its host, the target of the SRV record, gets no request; the next one does", async () => {
    const { request, reached, alice, expectNothingLeft } = await setUp(["DNS:first.example.com"], domain);
    expect(await request()).toBe(202);
    expect(reached()).toEqual([0, 1]);
    expect(alice.core.health.size).toBe(1); // it comes last for a while
    await expectNothingLeft();
  });

  test("where none is whom it should be, the request fails, and says why", async () => {
    const { request, reached, expectNothingLeft } = await setUp(["DNS:first.example.com"], ["DNS:second.example.com"]);
    expect(await request()).toMatchObject({ code: "DIALOG_UNREACHABLE", cause: { code: "SIP_TRANSPORT_CERTIFICATE" } });
    expect(reached()).toEqual([0, 0]);
    await expectNothingLeft();
  });
});
