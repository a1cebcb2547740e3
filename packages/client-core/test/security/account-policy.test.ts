import type { AccountOptions, IncomingCall, RequireAuthOptions } from "@sidetone/client-core";
import { describe, expect, test } from "vitest";
import { rejection, scenario } from "../support/scenario.ts";

const users = { alice: "wonderland", carol: "other" };
const alice: AccountOptions = { uri: "sip:alice@10.0.0.1", password: "wonderland", realm: "10.0.0.2" };
const guessing: AccountOptions = { ...alice, password: "guess" };

/** Bob's account has a policy; what he hears of is answered. */
async function setUp(policy: Partial<AccountOptions>, caller: AccountOptions = alice) {
  const pair = await scenario({ alice: { account: caller }, bob: { account: { uri: "sip:bob@10.0.0.2", ...policy } } });
  const heard: IncomingCall[] = [];
  const seen: string[] = [];
  pair.bob.events.on("IncomingCall", () => seen.push("event"));
  pair.bob.on("callAdded", ({ call }) => void (call.direction === "incoming" && seen.push("call")));
  pair.bob.onIncoming((incoming) => {
    heard.push(incoming);
    return incoming.answer();
  });
  return { ...pair, heard, seen };
}

describe("requireAuth", () => {
  test("takes a call of somebody who knows a user's password, and says whose", async () => {
    const { alice, bobUri, heard, settle, signalling } = await setUp({ requireAuth: { users } });
    const call = await settle(alice.call(bobUri));
    expect([heard[0]?.authenticatedAs, call.phase]).toEqual(["alice", "Connected"]);
    expect(signalling()).toBe("INVITE 401 ACK INVITE 200 ACK");
  });

  test.each<[string, RequireAuthOptions["users"]]>([
    ["a function", (name) => users[name as "alice"]],
    ["a function that takes its time", async (name) => users[name as "alice"]],
  ])("finds the password by %s", async (_what, find) => {
    const { alice, bobUri, heard, settle } = await setUp({ requireAuth: { users: find, algorithms: ["SHA-256"] } });
    await settle(alice.call(bobUri));
    expect(heard[0]?.authenticatedAs).toBe("alice");
  });

  test.each<[string, AccountOptions]>([
    ["no password", { uri: "sip:alice@10.0.0.1" }],
    ["a wrong one", { ...alice, password: "guess" }],
    ["that of nobody here", { ...alice, username: "mallory" }],
    ["that of something that every object has", { ...alice, username: "constructor" }],
  ])("lets nobody here hear of a caller with %s", async (_what, caller) => {
    const { alice, bob, bobUri, heard, seen, settle } = await setUp({ requireAuth: { users } }, caller);
    expect(await settle(rejection(alice.call(bobUri)))).toMatchObject({ code: "AUTHENTICATION_FAILED", statusCode: 401 });
    expect([heard, seen, bob.callCount, bob.callCounts.incoming]).toEqual([[], [], 0, 0]);
  });

  test("holds for every method: OPTIONS tells a stranger nothing", async () => {
    const { alice, bobUri, settle } = await setUp({ requireAuth: { users } }, { uri: "sip:alice@10.0.0.1" });
    const response = await settle(alice.userAgent.request({ method: "OPTIONS", requestUri: bobUri }));
    expect([response.statusCode, response.has("Allow"), response.has("Server")]).toEqual([401, false, false]);
  });

  test("within a call asks for nothing more, unless inDialog says so: then hold and BYE prove it, too", async () => {
    for (const [inDialog, expected] of [
      [false, "INVITE 200 ACK BYE 200"],
      [true, "INVITE 401 ACK INVITE 200 ACK BYE 200"], // BYE with the new nonce
    ] as const) {
      const { alice, bobUri, clock, heard, settle, signalling } = await setUp({ requireAuth: { users, inDialog } });
      const call = await settle(alice.call(bobUri));
      await clock.advance(400_000); // the nonce has run out
      const before = signalling().length;
      await settle(call.hold());
      await settle(call.hangUp());
      expect(signalling().slice(before).trim()).toBe(expected);
      expect(await settle(heard[0]!.call.ended)).toMatchObject({ endedBy: "remote" });
    }
  });

  test("does not ask whom the account calls itself", async () => {
    const { alice, bob, aliceUri, clock, settle, signalling } = await setUp(
      { requireAuth: { users, inDialog: true } },
      { uri: "sip:alice@10.0.0.1" },
    );
    alice.onIncoming((incoming) => incoming.answer());
    const call = await settle(bob.call(aliceUri));
    await clock.advance(10); // the ACK
    await settle(alice.calls[0]!.hangUp());
    await settle(call.ended);
    expect(signalling()).toBe("INVITE 200 ACK BYE 200");
  });

  test("slows down who guesses; 503 tells when to come back", async () => {
    const { alice, bobUri, settle } = await setUp({ requireAuth: { users } }, guessing);
    const codes: unknown[] = [];
    for (let n = 0; n < 25; n++) codes.push(((await settle(rejection(alice.call(bobUri)))) as { statusCode: number }).statusCode);
    expect([codes[0], codes.at(-1)]).toEqual([401, 503]);
  });
});

describe("allowedPeers", () => {
  test.each([["10.0.0.1"], ["10.0.0.0/24"], ["alice.example.com"]])("lets in who is named: %s", async (peer) => {
    const { alice, bobUri, heard, network, settle, clock } = await setUp({ allowedPeers: [peer] });
    network.setName("alice.example.com", "10.0.0.1");
    if (peer.includes("example")) {
      await settle(rejection(alice.call(bobUri)));
      await clock.advance(310_000);
      await settle(rejection(alice.call(bobUri)));
    }
    await settle(alice.call(bobUri));
    expect(heard).toHaveLength(1);
  });

  test("refuses others with 403, and nobody here hears of them", async () => {
    const { alice, bob, bobUri, heard, seen, settle } = await setUp({
      allowedPeers: ["servers", "192.0.2.0/24"],
      outboundProxy: "sip:10.0.0.9",
    });
    expect(await settle(rejection(alice.call(bobUri)))).toMatchObject({ code: "CALL_REJECTED", statusCode: 403 });
    expect([heard, seen, bob.turnedAway.refused]).toEqual([[], [], 1]);
  });

  test("lets in the account's own servers", async () => {
    const { alice, bobUri, heard, settle } = await setUp({ allowedPeers: ["servers"], outboundProxy: "sip:10.0.0.1" });
    await settle(alice.call(bobUri));
    expect(heard).toHaveLength(1);
  });

  test("and requireAuth together ask for both", async () => {
    const { alice, bobUri, settle, signalling } = await setUp({ allowedPeers: ["10.0.0.1"], requireAuth: { users } });
    await settle(alice.call(bobUri));
    expect(signalling()).toBe("INVITE 401 ACK INVITE 200 ACK");
  });

  test("of one account say nothing about another", async () => {
    const pair = await scenario({
      bob: {
        account: undefined as never,
        accounts: [{ uri: "sip:closed@10.0.0.2", allowedPeers: ["192.0.2.1"] }, { uri: "sip:open@10.0.0.2" }],
      },
    });
    pair.bob.onIncoming((incoming) => incoming.answer());
    expect(await pair.settle(rejection(pair.alice.call("sip:closed@10.0.0.2")))).toMatchObject({ statusCode: 403 });
    const call = await pair.settle(pair.alice.call("sip:open@10.0.0.2"));
    expect(call.phase).toBe("Connected");
  });
});
