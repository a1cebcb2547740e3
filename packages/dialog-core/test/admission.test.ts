import type { DigestVerdict, UserAgentUser } from "@sidetone/dialog-core";
import { describe, expect, test } from "vitest";
import { rawScenario } from "./support/raw-scenario.ts";
import type { TestAgentOptions } from "./support/test-agent.ts";

/** Alice, who answers every call, and a raw peer; `user` overrides what she decides. */
async function setUp(options: TestAgentOptions = {}, user: Partial<UserAgentUser> = {}) {
  const parts = await rawScenario({ allowedMethods: ["MESSAGE"], ...options });
  const { alice, clock, peer } = parts;
  const invited: string[] = [];
  alice.decide = (call) => void invited.push(call.usage.callId);
  Object.assign(alice, user);
  let count = 0;
  /** A request of its own; the status codes that come back within 10 ms. */
  const send = async (method: string, more: Partial<Parameters<typeof peer.request>[1]> = {}): Promise<number[]> => {
    const before = peer.received.length;
    peer.request(method, { requestUri: alice.uri, to: `<${alice.uri}>`, cseq: 1, callId: `c${++count}`, ...more });
    await clock.advance(10);
    return peer.statusCodes.slice(before);
  };
  /** What the core holds of requests and calls. */
  const kept = () => [alice.core.transactions.serverCount, alice.core.inviteUsageCount];
  return { ...parts, invited, send, kept };
}

/** An answered call from the peer to alice. */
async function establish({ alice, clock, peer }: Awaited<ReturnType<typeof setUp>>) {
  peer.request("INVITE", { requestUri: alice.uri, to: `<${alice.uri}>`, cseq: 1, callId: "there", body: "offer" });
  await clock.advance(10);
  alice.lastCall.usage.answer();
  await clock.advance(10);
  const to = peer.responses.at(-1)!.getText("To")!;
  peer.request("ACK", { requestUri: alice.uri, to, cseq: 1, callId: "there" });
  await clock.advance(10);
  return to;
}

describe("Strangers", () => {
  const ignoring: TestAgentOptions = { strangers: "ignore" };

  test("that are ignored get no answer to anything, and are counted", async () => {
    const parts = await setUp(ignoring);
    for (const method of ["INVITE", "OPTIONS", "MESSAGE", "CANCEL", "FROBNICATE"]) expect(await parts.send(method)).toEqual([]);
    expect(await parts.send("BYE", { to: `<${parts.alice.uri}>;tag=guess` })).toEqual([]);
    parts.peer.send(`INVITE ${parts.alice.uri} SIP/2.0\nVia: SIP/2.0/UDP 10.0.0.2;branch=z9hG4bKx\nCSeq: 1 INVITE`);
    await parts.clock.advance(10);
    expect([parts.peer.received, parts.invited, parts.kept()]).toEqual([[], [], [0, 0]]);
    expect(parts.alice.core.admissionCounts).toMatchObject({ ignored: 7, refused: 0 });
    await parts.expectNothingLeft();
  });

  test("are not ignored within a dialog, whatever address they come from", async () => {
    let isKnown = true;
    const parts = await setUp(ignoring, { isKnownPeer: () => isKnown });
    const to = await establish(parts);
    isKnown = false;
    expect(await parts.send("OPTIONS", { to, cseq: 2, callId: "there" })).toEqual([200]);
    expect(await parts.send("BYE", { to, cseq: 3, callId: "there" })).toEqual([200]);
    expect(parts.alice.lastCall.events).toContain("remote Bye");
    await parts.expectNothingLeft();
  });

  test("are asked about by the flow; known peers are answered as ever", async () => {
    const parts = await setUp(ignoring, { isKnownPeer: ({ remoteAddress }) => remoteAddress === "10.0.0.2" });
    expect(await parts.send("OPTIONS")).toEqual([200]);
    parts.peer.send(`INVITE ${parts.alice.uri} SIP/2.0\nVia: SIP/2.0/UDP 10.0.0.2;branch=z9hG4bKx\nCSeq: 1 INVITE`);
    await parts.clock.advance(10);
    expect(parts.log.sipStartLines.at(-1)).toBe("SIP/2.0 400 Bad Request");
    await parts.expectNothingLeft();
  });
});

describe("The rate of one address", () => {
  const limits = { requestsPerSecond: 10, requestBurst: 3 };

  test("is limited: what is beyond gets 503 with Retry-After, and nothing is kept of it", async () => {
    const parts = await setUp({ limits });
    for (let n = 0; n < 3; n++) parts.peer.request("OPTIONS", { requestUri: parts.alice.uri, to: "<sip:a@b>", cseq: 1, callId: `b${n}` });
    expect(await parts.send("INVITE")).toEqual([200, 200, 200, 503]);
    const refusal = parts.peer.responses.at(-1)!;
    expect([refusal.getText("Retry-After"), parts.kept(), parts.invited]).toEqual(["5", [3, 0], []]);
    expect(parts.alice.core.admissionCounts).toMatchObject({ limited: 1 });
    await parts.clock.advance(100); // one more is right after a tenth of a second
    expect([await parts.send("OPTIONS"), await parts.send("OPTIONS")]).toEqual([[200], [503]]);
    await parts.expectNothingLeft();
  });

  test("holds for requests that claim to be within a dialog, too", async () => {
    const parts = await setUp({ limits });
    const to = `<${parts.alice.uri}>;tag=guess`;
    const codes = [];
    for (let n = 0; n < 4; n++) codes.push(...(await parts.send("BYE", { to })));
    expect(codes).toEqual([481, 481, 481, 503]);
    await parts.expectNothingLeft();
  });

  test("holds neither for known peers nor within dialogs", async () => {
    let isKnown = true;
    const parts = await setUp({ limits: { requestsPerSecond: 0.001, requestBurst: 1 } }, { isKnownPeer: () => isKnown });
    const to = await establish(parts);
    expect([await parts.send("OPTIONS"), await parts.send("OPTIONS")]).toEqual([[200], [200]]);
    isKnown = false;
    expect([await parts.send("OPTIONS"), await parts.send("OPTIONS")]).toEqual([[200], [503]]);
    for (const cseq of [2, 3]) expect(await parts.send("OPTIONS", { to, cseq, callId: "there" })).toEqual([200]);
    expect(await parts.send("BYE", { to, cseq: 4, callId: "there" })).toEqual([200]);
    await parts.expectNothingLeft();
  });
});

describe("Where more comes in than gets done", () => {
  test("new requests of strangers are refused first; dialogs and known peers go on", async () => {
    let busyMs = 0;
    let isKnown = false;
    const parts = await setUp({ busyForMs: () => busyMs }, { isKnownPeer: () => isKnown });
    const to = await establish(parts);
    busyMs = 60_000;
    const codes = [];
    for (let n = 0; n < 20; n++) codes.push(...(await parts.send("MESSAGE", { headers: ["Content-Type: text/plain"] })));
    expect([codes[0], codes.at(-1), parts.peer.responses.at(-1)!.getText("Retry-After")]).toEqual([202, 503, "5"]);
    const refused = codes.filter((code) => code === 503).length;
    expect(refused).toBeGreaterThanOrEqual(3);
    expect(parts.kept()).toEqual([1 + codes.length - refused, 1]); // the INVITE, and the MESSAGEs that were taken
    expect(await parts.send("OPTIONS", { to, cseq: 2, callId: "there" })).toEqual([200]);
    isKnown = true;
    expect(await parts.send("OPTIONS")).toEqual([200]);
    isKnown = false;
    expect(await parts.send("BYE", { to, cseq: 3, callId: "there" })).toEqual([200]);
    expect(parts.alice.core.admissionCounts.overloaded).toBe(codes.filter((code) => code === 503).length);
    busyMs = 0;
    await parts.clock.advance(1000);
    expect(await parts.send("OPTIONS")).toEqual([200]);
    await parts.expectNothingLeft();
  });

  test("a program that computed something for long, and was called meanwhile, is not overloaded", async () => {
    const { clock, ...parts } = await setUp({ busyForMs: () => 500 });
    await clock.advance(5000);
    for (let n = 0; n < 7; n++) expect(await parts.send("OPTIONS")).toEqual([200]);
    await parts.expectNothingLeft();
  });

  test("who has proved who he is goes on for ten minutes, without the limits for strangers", async () => {
    const parts = await setUp(
      { busyForMs: () => 1e9, limits: { requestsPerSecond: 1, requestBurst: 20 } },
      { authenticate: () => ({ username: "bob" }) },
    );
    for (let n = 0; n < 60; n++) expect(await parts.send("OPTIONS")).toEqual([200]);
    expect(parts.alice.core.admissionCounts).toMatchObject({ overloaded: 0, limited: 0 });
    Object.assign(parts.alice, { authenticate: undefined });
    await parts.clock.advance(600_000);
    const codes = [];
    for (let n = 0; n < 60; n++) codes.push(...(await parts.send("OPTIONS")));
    expect(codes.filter((code) => code === 503).length).toBeGreaterThan(30);
    await parts.expectNothingLeft();
  });

  test("nothing is refused where nobody measures it, or the limit is Infinity", async () => {
    const parts = await setUp({ busyForMs: () => 60_000, limits: { overloadDelayMs: Infinity } });
    for (let n = 0; n < 40; n++) expect(await parts.send("OPTIONS")).toEqual([200]);
    await parts.expectNothingLeft();
  });
});

describe("Calls and transactions beyond their limits", () => {
  test("are answered 503 with Retry-After, and nothing is kept of them", async () => {
    const parts = await setUp({ limits: { inviteUsages: 1 } });
    expect(await parts.send("INVITE", { body: "offer" })).toEqual([]);
    expect(await parts.send("INVITE", { body: "offer" })).toEqual([503]);
    expect([parts.peer.responses.at(-1)!.getText("Retry-After"), parts.kept(), parts.invited.length]).toEqual(["5", [1, 1], 1]);
    expect(parts.alice.core.admissionCounts).toMatchObject({ full: 1 });
    parts.alice.lastCall.usage.reject(486);
    await parts.expectNothingLeft();
  });

  test("serverTransactions bounds what is being answered", async () => {
    const parts = await setUp({ limits: { serverTransactions: 2 } });
    expect([await parts.send("OPTIONS"), await parts.send("OPTIONS"), await parts.send("OPTIONS")]).toEqual([[200], [200], [503]]);
    expect([parts.peer.responses.at(-1)!.getText("Retry-After"), parts.kept()]).toEqual(["5", [2, 0]]);
    await parts.expectNothingLeft();
  });

  test.each([
    { inviteUsages: -1 },
    { serverTransactions: 0.5 },
    { requestsPerSecond: 0 },
    { requestBurst: 0 },
    { overloadDelayMs: -1 },
    { overloadDelayMs: NaN },
  ])("%j is refused at once", async (limits) => {
    await expect(rawScenario({ limits })).rejects.toMatchObject({ code: "DIALOG_OPTION" });
  });

  test("so is a policy for strangers that there is not", async () => {
    await expect(rawScenario({ strangers: "bite" as "ignore" })).rejects.toMatchObject({ code: "DIALOG_OPTION" });
  });
});

describe("A request that was refused", () => {
  const decided = { requestUri: "sip:alice@10.0.0.1", callId: "again" };

  test("by the application is refused in the same way when it comes again, by another branch: nobody is asked", async () => {
    const parts = await setUp();
    parts.alice.decide = (call) => {
      parts.invited.push(call.usage.callId);
      call.usage.reject(603, { reasonPhrase: "Never", headers: [["Reason", "Q.850;cause=21"]] });
    };
    expect(await parts.send("INVITE", decided)).toEqual([603]);
    await parts.clock.advance(10);
    const before = parts.kept();
    expect(await parts.send("INVITE", decided)).toEqual([603]);
    const again = parts.peer.responses.at(-1)!;
    expect([again.reasonPhrase, again.getText("Reason"), parts.invited, parts.kept()]).toEqual([
      "Never",
      "Q.850;cause=21",
      ["again"],
      before,
    ]);
    expect(parts.alice.core.admissionCounts).toMatchObject({ repeated: 1 });
    expect(await parts.send("INVITE", { ...decided, cseq: 2 })).toEqual([603]); // a new try is asked about
    expect(parts.invited).toHaveLength(2);
    await parts.expectNothingLeft();
  });

  test("by admit() is not asked about again, for 64·T1", async () => {
    let asked = 0;
    const parts = await setUp(
      {},
      {
        admit: () => {
          asked++;
          return { statusCode: 403 };
        },
      },
    );
    for (let time = 0; time < 5; time++) expect(await parts.send("INVITE", { ...decided, branch: "z9hG4bKsame" })).toEqual([403]);
    expect([asked, parts.kept()]).toEqual([1, [0, 0]]);
    await parts.clock.advance(32_000);
    await parts.send("INVITE", decided);
    expect(asked).toBe(2);
    await parts.expectNothingLeft();
  });

  test("with a Call-ID as long as nobody's is not kept", async () => {
    let asked = 0;
    const parts = await setUp({}, { admit: () => (asked++, { statusCode: 403 }) });
    const long = { ...decided, callId: "x".repeat(30_000), branch: "z9hG4bKsame" };
    for (let time = 0; time < 3; time++) expect(await parts.send("INVITE", long)).toEqual([403]);
    expect(asked).toBe(3);
    await parts.expectNothingLeft();
  });

  test("with a challenge is challenged again: its sender may know the answer by now", async () => {
    let nonce = 0;
    const challenge = (): DigestVerdict["refusal"] => ({
      statusCode: 401,
      headers: [["WWW-Authenticate", `Digest realm="x", nonce="${++nonce}"`]],
    });
    const parts = await setUp({}, { admit: challenge });
    for (let time = 0; time < 2; time++) expect(await parts.send("INVITE", decided)).toEqual([401]);
    expect(nonce).toBe(2);
    await parts.expectNothingLeft();
  });

  test("by an admit() that throws gets 500, and the error is heard of", async () => {
    const parts = await setUp(
      {},
      {
        admit: () => {
          throw new Error("a mistake of the application");
        },
      },
    );
    const errors: unknown[] = [];
    Object.assign(parts.alice.core.environment, { onListenerError: (error: unknown) => errors.push(error) });
    expect(await parts.send("OPTIONS")).toEqual([500]);
    expect(errors).toEqual([new Error("a mistake of the application")]);
    await parts.expectNothingLeft();
  });
});

describe("Who sends a request is proved first", () => {
  const refusal = { statusCode: 401, headers: [["WWW-Authenticate", 'Digest realm="x", nonce="1"']] } as const;

  test("nobody hears of one that proves nothing, nor of what is wrong with it", async () => {
    const parts = await setUp({}, { authenticate: () => ({ refusal }) });
    expect(await parts.send("INVITE", { headers: ["Require: nonsense"] })).toEqual([401]);
    expect(await parts.send("FROBNICATE")).toEqual([401]);
    expect([parts.invited, parts.alice.requests, parts.alice.core.inviteUsageCount]).toEqual([[], [], 0]);
    await parts.expectNothingLeft();
  });

  test.each([
    ["at once", (): DigestVerdict => ({ username: "bob" })],
    ["later", (): Promise<DigestVerdict> => Promise.resolve({ username: "bob" })],
  ])("who it is, known %s, comes with the call and the request", async (_when, authenticate) => {
    const parts = await setUp({}, { authenticate });
    await parts.send("INVITE", { body: "offer" });
    expect(parts.alice.lastCall.usage.authenticatedAs).toBe("bob");
    parts.alice.lastCall.usage.reject(486);
    await parts.send("MESSAGE", { body: "hello" });
    expect(parts.alice.requests[0]?.authenticatedAs).toBe("bob");
    await parts.expectNothingLeft();
  });

  test("a caller who gives up meanwhile gets his 487, and nobody hears of him", async () => {
    let resolve!: (verdict: DigestVerdict) => void;
    const found = new Promise<DigestVerdict>((settle) => (resolve = settle));
    const parts = await setUp({}, { authenticate: () => found });
    await parts.send("INVITE", { branch: "z9hG4bKgone", callId: "gone", body: "offer" });
    expect(await parts.send("CANCEL", { branch: "z9hG4bKgone", callId: "gone" })).toEqual([200, 487]);
    resolve({ username: "bob" });
    await parts.clock.advance(10);
    expect(parts.invited).toEqual([]);
    parts.peer.request("ACK", { requestUri: parts.alice.uri, to: "<sip:a@b>;tag=x", cseq: 1, callId: "gone", branch: "z9hG4bKgone" });
    await parts.expectNothingLeft();
  });

  test("a secret source that fails is heard of, and the request answered 500", async () => {
    const parts = await setUp({}, { authenticate: () => Promise.reject(new Error("the database is away")) });
    const errors: unknown[] = [];
    Object.assign(parts.alice.core.environment, { onListenerError: (error: unknown) => errors.push(error) });
    expect(await parts.send("OPTIONS")).toEqual([500]);
    expect(errors).toEqual([new Error("the database is away")]);
    await parts.expectNothingLeft();
  });

  test("within a dialog, too, before its CSeq counts; the call is told of", async () => {
    let isNeeded = false;
    const usages: unknown[] = [];
    const parts = await setUp(
      {},
      {
        authenticate: (_request, _flow, usage) => {
          if (usage) usages.push([usage.role, usage.accountId]);
          return isNeeded ? { refusal } : undefined;
        },
      },
    );
    const to = await establish(parts);
    parts.alice.lastCall.usage.accountId = "desk";
    isNeeded = true;
    expect(await parts.send("BYE", { to, cseq: 9, callId: "there" })).toEqual([401]);
    isNeeded = false;
    expect(await parts.send("BYE", { to, cseq: 2, callId: "there" })).toEqual([200]);
    expect(usages).toEqual([
      ["UAS", "desk"],
      ["UAS", "desk"],
    ]);
    await parts.expectNothingLeft();
  });
});

describe("Who guesses at a call", () => {
  test.each<[string, number, (to: string) => { to: string; cseq: number; callId: string; fromTag?: string }]>([
    ["another To tag", 481, (to) => ({ to: to.replace(/tag=.*/, "tag=guess"), cseq: 2, callId: "there" })],
    ["another From tag", 481, (to) => ({ to, cseq: 2, callId: "there", fromTag: "guess" })],
    ["another Call-ID", 481, (to) => ({ to, cseq: 2, callId: "elsewhere" })],
    ["a CSeq that is too old", 500, (to) => ({ to, cseq: 0, callId: "there" })],
  ])("by %s is answered %i, whatever he sends, and the call goes on", async (_what, status, guess) => {
    const parts = await setUp();
    const to = await establish(parts);
    const before = parts.alice.lastCall.events.length;
    for (const method of ["BYE", "OPTIONS"]) expect(await parts.send(method, guess(to))).toEqual([status]);
    expect(await parts.send("INVITE", { ...guess(to), body: "offer" })).toEqual([status]);
    expect([parts.alice.lastCall.events.length, parts.alice.core.dialogCount]).toEqual([before, 1]);
    expect(await parts.send("BYE", { to, cseq: 9, callId: "there" })).toEqual([200]);
    await parts.expectNothingLeft();
  });
});

test("an answer to OPTIONS of anybody is not more than about three times as large", async () => {
  const parts = await setUp({ userAgent: `Long/${"1".repeat(2000)}` });
  parts.peer.sendBytes(
    Buffer.from(
      "OPTIONS sip:a@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2;branch=z9hG4bKs\r\nMax-Forwards: 9\r\nFrom: <sip:b@c>;tag=1\r\n" +
        "To: <sip:a@d>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n\r\n",
    ),
  );
  await parts.clock.advance(10);
  const [response] = parts.peer.responses;
  expect([response?.statusCode, response?.has("Allow"), response?.has("Server")]).toEqual([200, true, false]);
  await parts.expectNothingLeft();
});
