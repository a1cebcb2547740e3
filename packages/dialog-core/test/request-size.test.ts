import { createResponse, serializeMessage, StreamFramer, type SipRequest } from "@sidetone/sip-core";
import { describe, expect, test } from "vitest";
import { rawScenario } from "./support/raw-scenario.ts";
import type { TestAgentOptions } from "./support/test-agent.ts";

const account = { username: "alice", password: "secret" };
const challenge = 'Digest realm="example.com", nonce="nonce1", qop="auth", algorithm=SHA-256';

/** Alice against a peer on UDP that also takes connections, and challenges every request over them once. */
async function setUp(options: TestAgentOptions = {}) {
  const parts = await rawScenario({ credentials: { get: () => account }, ...options });
  const overTcp: SipRequest[] = [];
  let closesBehind: number | undefined;
  await parts.peer.environment.network.listenStream(
    { address: "10.0.0.2", port: 5060 },
    {
      onConnection: (connection) => {
        const framer = new StreamFramer({
          onMessage: (message) => {
            const request = message as SipRequest;
            overTcp.push(request);
            if (request.method === "ACK") return;
            const isKnown = request.has("Authorization");
            const headers = isKnown ? [] : [["WWW-Authenticate", challenge] as const];
            connection.send(serializeMessage(createResponse(request, isKnown ? 486 : 401, { toTag: "tcp", headers })));
            if (overTcp.length === closesBehind) void connection.close();
          },
          onMalformed: () => {},
          onPing: () => {},
          onPong: () => {},
          onError: () => {},
        });
        return { onData: (data) => framer.push(data), onDrain: () => {}, onClosed: () => {} };
      },
      onServerError: () => {},
    },
  );
  const closeBehind = (count: number) => (closesBehind = count);
  return { ...parts, overTcp, closeBehind };
}

const filler = (bytes: number) => [["X-Filler", "é".repeat(bytes / 2)]] as const;

describe("the 1,300-byte rule (RFC 3261 §18.1.1) looks at the request as it goes out", () => {
  test("a request that grows beyond it by its credentials goes over TCP", async () => {
    const { alice, peer, peerUri, clock, overTcp } = await setUp();
    const call = alice.call(peerUri, { headers: filler(600) });
    await clock.advance(10);
    expect(overTcp).toEqual([]);
    peer.respond(peer.lastRequest("INVITE"), "401 Unauthorized", { headers: [`WWW-Authenticate: ${challenge}`] });
    await clock.advance(10);
    expect(peer.requests.filter(({ method }) => method === "INVITE")).toHaveLength(1);
    expect(overTcp.map(({ method, sequenceNumber, topVia }) => [method, sequenceNumber, topVia.transport])).toEqual([
      ["INVITE", 2, "TCP"],
      ["ACK", 2, "TCP"],
    ]);
    expect(call.termination).toMatchObject({ reason: "Refused", statusCode: 486 });
  });

  test("fields of the stack and text beyond ASCII count by their bytes", async () => {
    const { alice, peerUri, clock, overTcp, peer } = await setUp({ userAgent: "x".repeat(300) });
    alice.call(peerUri, { headers: filler(700) });
    await clock.advance(10);
    expect(overTcp[0]?.method).toBe("INVITE");
    expect(peer.requests).toEqual([]);
  });

  test("what interceptors add counts too", async () => {
    const { alice, peerUri, clock, overTcp } = await setUp({ interceptors: [(draft) => void draft.headers.push(...filler(1_200))] });
    const answered = alice.core.request({ method: "OPTIONS", requestUri: peerUri });
    await clock.advance(10);
    expect((await answered).statusCode).toBe(486);
    expect(overTcp[0]?.method).toBe("OPTIONS");
  });
});

test("a server that closes its connection while credentials are looked for is asked again over a new one (RFC 3261 §22.2)", async () => {
  let found: () => void = () => {};
  const get = () => new Promise<typeof account>((resolve) => (found = () => resolve(account)));
  const { alice, clock, overTcp, closeBehind } = await setUp({ credentials: { get } });
  closeBehind(1);
  const answered = alice.core.request({ method: "OPTIONS", requestUri: "sip:raw@10.0.0.2:5060;transport=tcp" });
  await clock.advance(50);
  found();
  await clock.advance(50);
  expect((await answered).statusCode).toBe(486);
  expect(overTcp.map(({ sequenceNumber }) => sequenceNumber)).toEqual([1, 2]);
});
