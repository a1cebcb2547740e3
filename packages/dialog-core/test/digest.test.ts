import type { CredentialQuery } from "@sidetone/dialog-core";
import { Authorization, Challenge, computeDigestResponse, ProxyAuthorization, type SipRequest } from "@sidetone/sip-core";
import { describe, expect, test } from "vitest";
import { rawScenario } from "./support/raw-scenario.ts";

const account = { username: "alice", password: "secret" };

async function setUp(get: (query: CredentialQuery) => typeof account | undefined = () => account) {
  const queries: CredentialQuery[] = [];
  const parts = await rawScenario({
    credentials: {
      get: (query) => {
        queries.push(query);
        return Promise.resolve(get(query));
      },
    },
  });
  const { alice, clock, peer, peerUri } = parts;
  const ask = () => alice.core.request({ method: "OPTIONS", requestUri: peerUri, accountId: "work" });
  /** Answers the last OPTIONS, and lets the answer be acted upon. */
  const respond = async (statusLine: string, ...headers: string[]) => {
    peer.respond(peer.lastRequest("OPTIONS"), statusLine, { headers });
    await clock.advance(10);
  };
  return { ...parts, queries, ask, respond };
}

const challenge = (options: Partial<Parameters<typeof Challenge.digest>[0]> = {}) =>
  Challenge.digest({ realm: "example.com", nonce: "nonce1", ...options }).toString();

/** Whether the request's credentials prove the password. */
function isRight(request: SipRequest, codec = Authorization): boolean {
  const credentials = request.get(codec)!;
  const { realm, nonce, uri, cnonce, nc, qop, algorithm } = credentials;
  const expected = computeDigestResponse({
    ...account,
    realm: realm!,
    nonce: nonce!,
    uri: uri!,
    cnonce,
    nc,
    qop: qop as "auth" | undefined,
    algorithm: algorithm!,
    method: request.method,
  });
  return credentials.response === expected;
}

describe("A challenge (RFC 3261 §22, RFC 7616)", () => {
  test("of a user agent server is answered: same Call-ID and From, next CSeq, new branch", async () => {
    const { ask, clock, peer, queries, respond, expectNothingLeft } = await setUp();
    const answered = ask();
    await clock.advance(10);
    const first = peer.lastRequest("OPTIONS");
    expect(first.has(Authorization)).toBe(false);
    await respond("401 Unauthorized", `WWW-Authenticate: ${challenge()}`);
    const second = peer.lastRequest("OPTIONS");
    expect([second.callId, second.fromTag, second.sequenceNumber]).toEqual([first.callId, first.fromTag, 2]);
    expect(second.topVia.branch).not.toBe(first.topVia.branch);
    expect(isRight(second)).toBe(true);
    expect(second.get(Authorization)!.uri).toBe("sip:raw@10.0.0.2:5060");
    expect(queries).toEqual([{ accountId: "work", realm: "example.com", target: "10.0.0.2", isProxy: false, algorithm: "MD5" }]);
    await respond("200 OK");
    expect((await answered).statusCode).toBe(200);
    await expectNothingLeft();
  });

  test("of a proxy is answered in Proxy-Authorization", async () => {
    const { ask, clock, peer, queries, respond, expectNothingLeft } = await setUp();
    const answered = ask();
    await clock.advance(10);
    await respond("407 Proxy Authentication Required", `Proxy-Authenticate: ${challenge()}`);
    expect(isRight(peer.lastRequest("OPTIONS"), ProxyAuthorization)).toBe(true);
    expect(queries[0]!.isProxy).toBe(true);
    await respond("200 OK");
    await answered;
    await expectNothingLeft();
  });

  test("of a proxy and then of the server are both answered in the third request", async () => {
    const { ask, clock, peer, respond, expectNothingLeft } = await setUp();
    const answered = ask();
    await clock.advance(10);
    await respond("407 Proxy Authentication Required", `Proxy-Authenticate: ${challenge({ realm: "proxy" })}`);
    await respond("401 Unauthorized", `WWW-Authenticate: ${challenge({ realm: "server" })}`);
    const third = peer.lastRequest("OPTIONS");
    expect(third.get(ProxyAuthorization)).toMatchObject({ realm: "proxy", nc: "00000002" });
    expect(third.get(Authorization)).toMatchObject({ realm: "server", nc: "00000001" });
    expect([isRight(third), isRight(third, ProxyAuthorization)]).toEqual([true, true]);
    await respond("200 OK");
    await answered;
    await expectNothingLeft();
  });

  test("with several algorithms is answered with the strongest", async () => {
    const { ask, clock, peer, queries, respond, expectNothingLeft } = await setUp();
    const answered = ask();
    await clock.advance(10);
    const algorithms = ["MD5", "SHA-256", "SHA-512-256"] as const;
    await respond("401 Unauthorized", ...algorithms.map((algorithm) => `WWW-Authenticate: ${challenge({ algorithm, nonce: algorithm })}`));
    const { algorithm, nonce } = peer.lastRequest("OPTIONS").get(Authorization)!;
    expect(algorithm).toBe(nonce);
    expect(algorithm).not.toBe("MD5");
    expect(queries.map((query) => query.algorithm)).toEqual([algorithm]);
    expect(isRight(peer.lastRequest("OPTIONS"))).toBe(true);
    await respond("200 OK");
    await answered;
    await expectNothingLeft();
  });

  test("that comes again without stale means a wrong password: it is reported, not answered a second time", async () => {
    const { ask, clock, peer, respond, expectNothingLeft } = await setUp();
    const answered = ask();
    await clock.advance(10);
    await respond("401 Unauthorized", `WWW-Authenticate: ${challenge()}`);
    await respond("401 Unauthorized", `WWW-Authenticate: ${challenge({ nonce: "nonce2" })}`);
    expect((await answered).statusCode).toBe(401);
    expect(peer.requests).toHaveLength(2);
    const again = ask();
    await clock.advance(10);
    expect(peer.lastRequest("OPTIONS").has(Authorization), "what was refused is forgotten").toBe(false);
    await respond("200 OK");
    await again;
    await expectNothingLeft();
  });

  test("that comes again with stale is answered with the new nonce, a few times", async () => {
    const { ask, clock, peer, respond, expectNothingLeft } = await setUp();
    const answered = ask();
    await clock.advance(10);
    await respond("401 Unauthorized", `WWW-Authenticate: ${challenge()}`);
    for (const nonce of ["nonce2", "nonce3", "nonce4"]) {
      await respond("401 Unauthorized", `WWW-Authenticate: ${challenge({ nonce, stale: true })}`);
      expect(peer.lastRequest("OPTIONS").get(Authorization)).toMatchObject({ nonce, nc: "00000001" });
    }
    await respond("401 Unauthorized", `WWW-Authenticate: ${challenge({ nonce: "nonce5", stale: true })}`);
    expect((await answered).statusCode).toBe(401);
    await expectNothingLeft();
  });

  test("for which there are no credentials is reported as the refusal that it is", async () => {
    const { ask, clock, peer, respond, expectNothingLeft } = await setUp(() => undefined);
    const answered = ask();
    await clock.advance(10);
    await respond("401 Unauthorized", `WWW-Authenticate: ${challenge()}`);
    expect((await answered).statusCode).toBe(401);
    expect(peer.requests).toHaveLength(1);
    await expectNothingLeft();
  });

  test.each([
    ["an algorithm that is not known", 'Digest realm="example.com", nonce="n", algorithm=ROT13'],
    ["another scheme", 'Basic realm="example.com"'],
    ["no challenge at all", ""],
  ])("with %s is not answered", async (_what, value) => {
    const { ask, clock, queries, respond, expectNothingLeft } = await setUp();
    const answered = ask();
    await clock.advance(10);
    await respond("401 Unauthorized", ...(value === "" ? [] : [`WWW-Authenticate: ${value}`]));
    expect((await answered).statusCode).toBe(401);
    expect(queries).toEqual([]);
    await expectNothingLeft();
  });

  test("is reported when the credential source fails, and the application hears of it", async () => {
    const { alice, ask, clock, respond, expectNothingLeft } = await setUp(() => {
      throw new Error("the key store is locked");
    });
    const errors: unknown[] = [];
    Object.assign(alice.core.environment, { onListenerError: (error: unknown) => errors.push(error) });
    const answered = ask();
    await clock.advance(10);
    await respond("401 Unauthorized", `WWW-Authenticate: ${challenge()}`);
    expect((await answered).statusCode).toBe(401);
    expect(errors).toEqual([new Error("the key store is locked")]);
    await expectNothingLeft();
  });
});

describe("A nonce that was answered once (RFC 7616 §3.4, §3.6)", () => {
  test("is counted on when the server asks with it again", async () => {
    const { ask, clock, peer, respond } = await setUp();
    const counts: (string | undefined)[] = [];
    for (let i = 0; i < 3; i++) {
      const answered = ask();
      await clock.advance(10);
      counts.push(peer.lastRequest("OPTIONS").get(Authorization)?.nc);
      await respond("401 Unauthorized", `WWW-Authenticate: ${challenge()}`);
      counts.push(peer.lastRequest("OPTIONS").get(Authorization)?.nc);
      expect(isRight(peer.lastRequest("OPTIONS"))).toBe(true);
      await respond("200 OK");
      expect((await answered).statusCode).toBe(200);
    }
    expect(counts).toEqual([undefined, "00000001", "00000002", "00000003", "00000004", "00000005"]);
  });

  test("is used at once by later requests of the same account to the same server, and counted", async () => {
    const { alice, ask, clock, peer, peerUri, queries, respond, expectNothingLeft } = await setUp();
    const first = ask();
    await clock.advance(10);
    await respond("401 Unauthorized", `WWW-Authenticate: ${challenge()}`);
    await respond("200 OK");
    await first;
    const second = ask();
    await clock.advance(10);
    expect(peer.lastRequest("OPTIONS").get(Authorization)).toMatchObject({ nonce: "nonce1", nc: "00000002" });
    expect(isRight(peer.lastRequest("OPTIONS"))).toBe(true);
    await respond("200 OK");
    await second;
    expect(queries).toHaveLength(1);
    const another = alice.core.request({ method: "OPTIONS", requestUri: peerUri, accountId: "home" });
    await clock.advance(10);
    expect(peer.lastRequest("OPTIONS").has(Authorization), "another account").toBe(false);
    await respond("200 OK");
    await another;
    await expectNothingLeft();
  });

  test("is replaced when the server names the next one in Authentication-Info", async () => {
    const { ask, clock, peer, respond, expectNothingLeft } = await setUp();
    const first = ask();
    await clock.advance(10);
    await respond("401 Unauthorized", `WWW-Authenticate: ${challenge()}`);
    await respond("200 OK", 'Authentication-Info: nextnonce="nonce2"');
    await first;
    const second = ask();
    await clock.advance(10);
    expect(peer.lastRequest("OPTIONS").get(Authorization)).toMatchObject({ nonce: "nonce2", nc: "00000001" });
    await respond("200 OK");
    await second;
    await expectNothingLeft();
  });
});

describe("A call that is challenged", () => {
  test("sends the INVITE again, the ACK with the same credentials, and BYE with a new count", async () => {
    const { alice, clock, peer, peerUri, expectNothingLeft } = await setUp();
    const caller = alice.call(peerUri, { accountId: "work" });
    await clock.advance(10);
    peer.respond(peer.lastRequest("INVITE"), "407 Proxy Authentication Required", { headers: [`Proxy-Authenticate: ${challenge()}`] });
    await clock.advance(10);
    const invite = peer.lastRequest("INVITE");
    expect(invite.sequenceNumber).toBe(2);
    expect(isRight(invite, ProxyAuthorization)).toBe(true);
    peer.respond(invite, "200 OK", { tag: "raw2", headers: ["Contact: <sip:raw@10.0.0.2:5060>"], body: "answer" });
    await clock.advance(10);
    const ack = peer.lastRequest("ACK");
    expect(ack.sequenceNumber).toBe(2);
    // "The UAC core MUST … contain the same credentials as the INVITE" (RFC 3261 §13.2.2.4)
    expect(ack.getText("Proxy-Authorization")).toBe(invite.getText("Proxy-Authorization"));
    caller.usage.terminate();
    await clock.advance(10);
    const bye = peer.lastRequest("BYE");
    expect(bye.sequenceNumber).toBe(3);
    expect(bye.get(ProxyAuthorization)!.nc).toBe("00000002");
    expect(isRight(bye, ProxyAuthorization)).toBe(true);
    expect(caller.events).toEqual(["answered", "established"]);
    peer.respond(bye, "407 Proxy Authentication Required", {
      headers: [`Proxy-Authenticate: ${challenge({ nonce: "nonce2", stale: true })}`],
    });
    await clock.advance(10);
    expect(peer.lastRequest("BYE").sequenceNumber).toBe(4);
    peer.respond(peer.lastRequest("BYE"), "200 OK");
    await clock.advance(10);
    expect(caller.events.at(-1)).toBe("local Bye");
    await expectNothingLeft();
  });

  test("is refused when nobody has the password", async () => {
    const { alice, clock, peer, peerUri, expectNothingLeft } = await setUp(() => undefined);
    const caller = alice.call(peerUri);
    await clock.advance(10);
    peer.respond(peer.lastRequest("INVITE"), "401 Unauthorized", { headers: [`WWW-Authenticate: ${challenge()}`] });
    await clock.advance(10);
    expect(caller.termination).toMatchObject({ reason: "Refused", statusCode: 401 });
    await expectNothingLeft();
  });

  test("can be cancelled while the credentials are looked for", async () => {
    let found: (value: typeof account) => void = () => {};
    const parts = await rawScenario({ credentials: { get: () => new Promise((resolve) => (found = resolve)) } });
    const { alice, clock, peer, peerUri } = parts;
    const caller = alice.call(peerUri);
    await clock.advance(10);
    peer.respond(peer.lastRequest("INVITE"), "401 Unauthorized", { headers: [`WWW-Authenticate: ${challenge()}`] });
    await clock.advance(10);
    caller.usage.cancel();
    await clock.advance(10);
    expect(caller.events).toEqual(["local Cancelled"]);
    found(account);
    await clock.advance(10);
    expect(caller.events).toEqual(["local Cancelled"]);
    expect(peer.requests.filter(({ method }) => method === "INVITE")).toHaveLength(1);
    await parts.expectNothingLeft();
  });
});
