import { describe, expect, test } from "vitest";
import { issueCertificate } from "@sidetone/testkit";
import { scenario } from "./support/scenario.ts";
import type { TestAgentOptions } from "./support/test-agent.ts";

const authority = issueCertificate({ commonName: "Test CA", isAuthority: true });

/** An agent with a certificate for its address. */
function withCertificate(address: string, transport: TestAgentOptions["transport"]): TestAgentOptions {
  const { cert, key } = issueCertificate({ commonName: address, names: [`IP:${address}`], issuer: authority });
  return { ...(transport ? { transport } : {}), sip: { tls: { cert, key, ca: authority.cert } } };
}

async function setUp(aliceTransport: TestAgentOptions["transport"], bobTransport: TestAgentOptions["transport"]) {
  const alice = withCertificate("10.0.0.1", aliceTransport);
  const parts = await scenario({ alice, bob: withCertificate("10.0.0.2", bobTransport) });
  const { clock, log } = parts;
  /** TLS and HTTP work in tasks of their own: time passes in small steps meanwhile. */
  const until = async (condition: () => boolean): Promise<void> => {
    for (let i = 0; !condition() && i < 300; i++) await clock.advance(1);
    expect(condition()).toBe(true);
  };
  const sentInClear = () => log.entries.filter(({ data }) => data.includes("SIP/2.0"));
  return { ...parts, until, sentInClear };
}

/** Alice calls, Bob answers, Bob hangs up; the Contacts that both have written are returned. */
async function wholeCall({ alice, bob, until }: Awaited<ReturnType<typeof setUp>>, uri: string) {
  const caller = alice.call(uri);
  await until(() => bob.calls.length === 1);
  bob.lastCall.usage.answer();
  await until(() => caller.usage.state === "Established" && bob.lastCall.usage.state === "Established");
  const targets = [caller, bob.lastCall].map(({ usage }) => usage.dialog!.remoteTarget);
  bob.lastCall.usage.terminate();
  await until(() => caller.termination !== undefined && bob.lastCall.termination !== undefined);
  expect(caller.termination).toMatchObject({ endedBy: "remote", reason: "Bye" });
  return { ofBob: targets[0]!, ofAlice: targets[1]! };
}

describe("sips (RFC 5630)", () => {
  test("a call is set up and ended over TLS alone, with sips in both Contacts", async () => {
    const parts = await setUp("TLS", "TLS");
    const { ofAlice, ofBob } = await wholeCall(parts, "sips:bob@10.0.0.2:5060");
    expect(ofAlice).toBe("sips:alice@10.0.0.1:5060");
    expect(ofBob).toMatch(/^sips:.*10\.0\.0\.2:5060$/);
    expect(parts.sentInClear()).toEqual([]);
    await parts.expectNothingLeft();
  });

  test("a dialog stays with TLS although the peer's Contact is one of sip (RFC 3261 §12.1.1)", async () => {
    const parts = await setUp("TLS", "TLS");
    const { alice, bob, until, sentInClear } = parts;
    const caller = alice.call("sips:bob@10.0.0.2:5060");
    await until(() => bob.calls.length === 1);
    bob.lastCall.usage.answer();
    await until(() => caller.usage.state === "Established" && bob.lastCall.usage.state === "Established");
    caller.usage.dialog!.remoteTarget = "sip:bob@10.0.0.2:5060"; // as a peer might have written it
    alice.transports.endOwnConnections("the next request needs another one");
    caller.usage.terminate();
    await until(() => bob.lastCall.termination !== undefined);
    expect(bob.lastCall.termination).toMatchObject({ endedBy: "remote", reason: "Bye" });
    expect(sentInClear()).toEqual([]);
    await parts.expectNothingLeft();
  });

  test("over WSS, Contact names WebSocket beside sips (RFC 7118 §5.2.2)", async () => {
    const parts = await setUp("UDP", "WSS");
    const { ofAlice, ofBob } = await wholeCall(parts, "sips:bob@10.0.0.2:5060;transport=ws");
    expect(ofAlice).toMatch(/^sips:alice@[a-z0-9]{12}\.invalid;transport=ws$/);
    expect(ofBob).toMatch(/^sips:.*10\.0\.0\.2:5060;transport=ws$/);
    expect(parts.sentInClear()).toEqual([]);
    await parts.expectNothingLeft();
  });

  test("a sips request takes TLS to a next hop of sip, too (RFC 3261 §8.1.2)", async () => {
    const parts = await setUp("TLS", "TLS");
    const { alice, until, sentInClear } = parts;
    let statusCode = 0;
    const sent = alice.core.request({ method: "OPTIONS", requestUri: "sips:bob@far.example.com", route: ["<sip:10.0.0.2:5060;lr>"] });
    void sent.then((response) => (statusCode = response.statusCode));
    await until(() => statusCode > 0);
    expect(statusCode).toBe(200);
    expect(sentInClear()).toEqual([]);
    await parts.expectNothingLeft();
  });

  test("where nobody speaks TLS, nothing is sent", async () => {
    const parts = await setUp("TLS", "TCP");
    const { alice, clock, sentInClear } = parts;
    let code = "";
    for (const requestUri of ["sips:bob@10.0.0.2:5060", "sips:bob@10.0.0.2:5060;transport=udp"]) {
      alice.core.request({ method: "OPTIONS", requestUri }).catch((error: { code: string }) => (code += error.code));
    }
    await clock.advance(6000);
    expect(code).toBe("DIALOG_UNREACHABLE".repeat(2));
    expect(sentInClear()).toEqual([]);
    await parts.expectNothingLeft();
  });
});

describe("WebSocket (RFC 7118)", () => {
  test("a client that listens nowhere is reached over its own connection", async () => {
    const parts = await setUp("UDP", "WS");
    const { ofAlice, ofBob } = await wholeCall(parts, "sip:bob@10.0.0.2:5060;transport=ws");
    expect(ofAlice).toMatch(/^sip:alice@[a-z0-9]{12}\.invalid;transport=ws$/);
    expect(ofBob).toMatch(/^sip:.*10\.0\.0\.2:5060;transport=ws$/);
    await parts.expectNothingLeft();
  });

  test("over WSS, such a client writes ws into its Contact as well (RFC 7118 §8)", async () => {
    const parts = await setUp("UDP", "WSS");
    const { ofAlice, ofBob } = await wholeCall(parts, "sip:bob@10.0.0.2:5060;transport=wss");
    expect(ofAlice).toMatch(/^sip:alice@[a-z0-9]{12}\.invalid;transport=ws$/);
    expect(ofBob).toMatch(/;transport=wss$/);
    await parts.expectNothingLeft();
  });
});
