import { describe, expect, test } from "vitest";
import {
  isIntegrityValid,
  LongTermVerifier,
  longTermKey,
  Nonce,
  nonceCookie,
  passwordAlgorithm,
  PasswordAlgorithm,
  PasswordAlgorithms,
  Realm,
  shortTermKey,
  ShortTermVerifier,
  StunWriter,
  Userhash,
  Username,
  XorMappedAddress,
  ErrorCode,
  type LongTermCredentials,
  type LongTermVerifierOptions,
  type ShortTermCredentials,
  type StunMessage,
} from "@sidetone/stun-core";
import { virtualEnvironment } from "@sidetone/testkit";
import { publicAddress, serverAddress, setUpStun, type Interceptor } from "../virtual-stun.ts";

const shortTerm: ShortTermCredentials = { type: "shortTerm", username: "evtj:h6vY", password: "VOkJxbRl1RmTxUk/WvJxBt" };
const longTerm: LongTermCredentials = { type: "longTerm", username: "alice", password: "wonderland" };
const mapped = { address: publicAddress, port: 40_000 };

function shortTermServer(options: { password?: string; intercept?: Interceptor } = {}) {
  const { password = shortTerm.password, intercept } = options;
  const authentication = new ShortTermVerifier((username) => (username === shortTerm.username ? password : undefined));
  return setUpStun({ nat: {}, server: { authentication, ...(intercept && { intercept }) } });
}

function longTermServer(options: Partial<LongTermVerifierOptions> & { intercept?: Interceptor } = {}) {
  const { intercept, ...verifier } = options;
  // The verifier's clock runs beside the server's; only nonces look at it.
  const environment = virtualEnvironment();
  const users = new Map([["alice", "wonderland"]]);
  const authentication = new LongTermVerifier(environment, { realm: "example.org", users, ...verifier });
  return setUpStun({ nat: {}, server: { authentication, ...(intercept && { intercept }) } }).then((parts) => ({
    ...parts,
    verifierClock: environment.clock,
  }));
}

/** What a request was signed with. */
function integrityOf({ integrityOffset, integritySha256Offset }: StunMessage): string {
  return [integrityOffset >= 0 && "SHA1", integritySha256Offset >= 0 && "SHA256"].filter(Boolean).join("+") || "none";
}

describe("short-term credentials (RFC 8489 §9.1)", () => {
  test("sign with both attributes at first, then with the one that the server answered with", async () => {
    const { client, clock, received } = await shortTermServer();
    for (let i = 0; i < 2; i++) {
      const result = await clock.advanceUntil(client.requestBinding(serverAddress, { credentials: shortTerm }));
      expect(result.mappedAddress).toEqual(mapped);
    }
    expect(received.map(({ message }) => integrityOf(message))).toEqual(["SHA1+SHA256", "SHA256"]);
    expect(received[0]!.message.get(Username)).toBe(shortTerm.username);
  });

  test("sign with one only where both sides know which", async () => {
    const { client, clock, received } = await shortTermServer();
    const credentials: ShortTermCredentials = { ...shortTerm, integrity: "MESSAGE-INTEGRITY" };
    await clock.advanceUntil(client.requestBinding(serverAddress, { credentials }));
    expect(integrityOf(received[0]!.message)).toBe("SHA1");
  });

  test.each<[what: string, intercept: Interceptor]>([
    ["without integrity", (message, source) => new StunWriter("success", 1, message.transactionId).add(XorMappedAddress, source).toBytes()],
    [
      "signed with another password",
      (message, source) =>
        new StunWriter("success", 1, message.transactionId)
          .add(XorMappedAddress, source)
          .addIntegrity("MESSAGE-INTEGRITY-SHA256", shortTermKey("guessed"))
          .toBytes(),
    ],
  ])("discard a response %s, go on asking, and say so in the end", async (_what, intercept) => {
    const { client, clock, received } = await shortTermServer({ intercept });
    const failure = clock.advanceUntil(client.requestBinding(serverAddress, { credentials: shortTerm }));
    await expect(failure).rejects.toMatchObject({ code: "STUN_INTEGRITY_FAILED" });
    expect(received).toHaveLength(7);
    expect(client.stats.unauthenticated).toBe(7);
  });

  test("discard a response by the attribute that was not agreed on", async () => {
    const { client, clock } = await shortTermServer({
      intercept: (message, source) =>
        new StunWriter("success", 1, message.transactionId)
          .add(XorMappedAddress, source)
          .addIntegrity("MESSAGE-INTEGRITY", shortTermKey(shortTerm.password))
          .toBytes(),
    });
    const credentials: ShortTermCredentials = { ...shortTerm, integrity: "MESSAGE-INTEGRITY-SHA256" };
    const failure = clock.advanceUntil(client.requestBinding(serverAddress, { credentials }));
    await expect(failure).rejects.toMatchObject({ code: "STUN_INTEGRITY_FAILED" });
  });

  test("are not shaken by a forged response before the right one", async () => {
    const { client, clock } = await shortTermServer({
      intercept(message, source, answer) {
        const forged = new StunWriter("success", 1, message.transactionId).add(XorMappedAddress, { ...source, port: 666 }).toBytes();
        return client.stats.unauthenticated === 0 ? forged : answer;
      },
    });
    const result = await clock.advanceUntil(client.requestBinding(serverAddress, { credentials: shortTerm }));
    expect(result.mappedAddress).toEqual(mapped);
    expect(client.stats.unauthenticated).toBe(1);
  });

  test("with a wrong password end as violated integrity, since the server cannot sign its 401", async () => {
    const { client, clock, server } = await shortTermServer({ password: "another" });
    const failure = clock.advanceUntil(client.requestBinding(serverAddress, { credentials: shortTerm }));
    await expect(failure).rejects.toMatchObject({ code: "STUN_INTEGRITY_FAILED" });
    expect(server.stats).toMatchObject({ errors: 7, successes: 0 });
  });
});

describe("long-term credentials (RFC 8489 §9.2)", () => {
  test("answer a 401 with the first algorithm of the list, and are remembered", async () => {
    const { client, clock, received, server } = await longTermServer();
    for (let i = 0; i < 2; i++) {
      const result = await clock.advanceUntil(client.requestBinding(serverAddress, { credentials: longTerm }));
      expect(result.mappedAddress).toEqual(mapped);
    }
    expect(received.map(({ message }) => integrityOf(message))).toEqual(["none", "SHA256", "SHA256"]);
    const [first, second] = received.map(({ message }) => message);
    expect([first!.has(Username), first!.has(Realm), first!.has(Nonce)]).toEqual([false, false, false]);
    expect([second!.get(Username), second!.get(Realm)]).toEqual(["alice", "example.org"]);
    expect(second!.get(PasswordAlgorithm)).toMatchObject({ algorithm: 2 });
    expect(second!.get(PasswordAlgorithms)?.map(({ algorithm }) => algorithm)).toEqual([2, 1]);
    expect(server.stats).toMatchObject({ errors: 1, successes: 2 });
  });

  test("towards a server of RFC 5389 are MD5 and MESSAGE-INTEGRITY", async () => {
    const { client, clock, received } = await longTermServer({ algorithms: [] });
    await clock.advanceUntil(client.requestBinding(serverAddress, { credentials: longTerm }));
    const signed = received[1]!.message;
    expect(integrityOf(signed)).toBe("SHA1");
    expect(isIntegrityValid(signed, "MESSAGE-INTEGRITY", longTermKey("alice", "example.org", "wonderland"))).toBe(true);
    expect(signed.has(PasswordAlgorithm)).toBe(false);
  });

  test("take MD5 with MESSAGE-INTEGRITY-SHA256 where the server lists nothing else", async () => {
    const { client, clock, received } = await longTermServer({ algorithms: ["MD5"] });
    await clock.advanceUntil(client.requestBinding(serverAddress, { credentials: longTerm }));
    expect(integrityOf(received[1]!.message)).toBe("SHA256");
    expect(received[1]!.message.get(PasswordAlgorithm)).toMatchObject({ algorithm: 1 });
  });

  test("name the user by USERHASH where the server wants anonymity", async () => {
    const { client, clock, received } = await longTermServer({ anonymous: true });
    await clock.advanceUntil(client.requestBinding(serverAddress, { credentials: longTerm }));
    expect([received[1]!.message.has(Username), received[1]!.message.has(Userhash)]).toEqual([false, true]);
  });

  test("take the new nonce of a 438", async () => {
    const { client, clock, received, server, verifierClock } = await longTermServer({ nonceSeconds: 60 });
    await clock.advanceUntil(client.requestBinding(serverAddress, { credentials: longTerm }));
    await verifierClock.advance(61_000);
    await clock.advanceUntil(client.requestBinding(serverAddress, { credentials: longTerm }));
    const nonces = received.map(({ message }) => message.get(Nonce));
    expect(nonces).toHaveLength(4);
    expect(nonces[1]).toBe(nonces[2]);
    expect(nonces[3]).not.toBe(nonces[2]);
    expect(server.stats).toMatchObject({ errors: 2, successes: 2 });
  });

  test.each([
    ["a wrong password", { password: "guessed" }],
    ["an unknown user", { username: "mallory" }],
  ])("with %s are sent once", async (_what, wrong) => {
    const { client, clock, received } = await longTermServer();
    const failure = clock.advanceUntil(client.requestBinding(serverAddress, { credentials: { ...longTerm, ...wrong } }));
    await expect(failure).rejects.toMatchObject({ code: "STUN_AUTHENTICATION_FAILED", statusCode: 401 });
    expect(received).toHaveLength(2);
  });

  test("are not shown to another realm than theirs", async () => {
    const { client, clock, received } = await longTermServer();
    const failure = clock.advanceUntil(client.requestBinding(serverAddress, { credentials: { ...longTerm, realm: "example.net" } }));
    await expect(failure).rejects.toMatchObject({ code: "STUN_AUTHENTICATION_FAILED" });
    expect(received).toHaveLength(1);
  });

  /** A 401 with this nonce and list. */
  const challenge =
    (nonce: string, algorithms?: readonly number[]): Interceptor =>
    (message) => {
      const writer = new StunWriter("error", 1, message.transactionId).add(ErrorCode, { code: 401, reasonPhrase: "" });
      writer.add(Realm, "example.org").add(Nonce, nonce);
      if (algorithms)
        writer.add(
          PasswordAlgorithms,
          algorithms.map((algorithm) => ({ ...passwordAlgorithm("MD5"), algorithm })),
        );
      return writer.toBytes();
    };
  const promised = nonceCookie({ passwordAlgorithms: true, usernameAnonymity: false });

  test.each([
    ["the list of algorithms that the nonce promises is gone", challenge(`${promised}abc`)],
    ["the server lists no algorithm that is known", challenge(`${promised}abc`, [77])],
  ])("are not sent when %s", async (_what, intercept) => {
    const { client, clock, received } = await longTermServer({ intercept });
    const failure = clock.advanceUntil(client.requestBinding(serverAddress, { credentials: longTerm }));
    await expect(failure).rejects.toMatchObject({ code: "STUN_AUTHENTICATION_FAILED" });
    expect(received).toHaveLength(1);
  });

  test("give up when the server finds every nonce stale", async () => {
    const stale: Interceptor = (message) =>
      new StunWriter("error", 1, message.transactionId)
        .add(ErrorCode, { code: 438, reasonPhrase: "" })
        .add(Realm, "example.org")
        .add(Nonce, "abc")
        .toBytes();
    const { client, clock, received } = await longTermServer({ intercept: stale });
    const failure = clock.advanceUntil(client.requestBinding(serverAddress, { credentials: longTerm }));
    await expect(failure).rejects.toMatchObject({ code: "STUN_AUTHENTICATION_FAILED" });
    expect(received).toHaveLength(8);
  });

  const success = (message: StunMessage): StunWriter => new StunWriter("success", 1, message.transactionId).add(XorMappedAddress, mapped);
  test.each<[what: string, write: (message: StunMessage) => StunWriter]>([
    [
      "a 400 that is not signed",
      (message) => new StunWriter("error", 1, message.transactionId).add(ErrorCode, { code: 400, reasonPhrase: "" }),
    ],
    ["a success whose nonce promises a list that is gone", (message) => success(message).add(Nonce, `${promised}abc`)],
  ])("discard %s, even before anything was signed", async (_what, write) => {
    const { client, clock } = await longTermServer({ intercept: (message) => write(message).toBytes() });
    const failure = clock.advanceUntil(client.requestBinding(serverAddress, { credentials: longTerm }));
    await expect(failure).rejects.toMatchObject({ code: "STUN_INTEGRITY_FAILED" });
    expect(client.stats.unauthenticated).toBe(7);
  });

  test("discard a response by the weaker attribute than the request had", async () => {
    const key = longTermKey("alice", "example.org", "wonderland", "SHA-256");
    const { client, clock } = await longTermServer({
      intercept: (message, _source, answer) =>
        message.integrity ? success(message).addIntegrity("MESSAGE-INTEGRITY", key).toBytes() : answer,
    });
    const failure = clock.advanceUntil(client.requestBinding(serverAddress, { credentials: longTerm }));
    await expect(failure).rejects.toMatchObject({ code: "STUN_INTEGRITY_FAILED" });
  });

  test("discard a success that is not signed after a signed request", async () => {
    const { client, clock } = await longTermServer({
      intercept: (message, source, answer) =>
        message.integrity ? new StunWriter("success", 1, message.transactionId).add(XorMappedAddress, source).toBytes() : answer,
    });
    const failure = clock.advanceUntil(client.requestBinding(serverAddress, { credentials: longTerm }));
    await expect(failure).rejects.toMatchObject({ code: "STUN_INTEGRITY_FAILED" });
  });

  test("a challenge without realm or nonce is invalid", async () => {
    const { client, clock } = await longTermServer({
      intercept: (message) => new StunWriter("error", 1, message.transactionId).add(ErrorCode, { code: 401, reasonPhrase: "" }).toBytes(),
    });
    const failure = clock.advanceUntil(client.requestBinding(serverAddress, { credentials: longTerm }));
    await expect(failure).rejects.toMatchObject({ code: "STUN_RESPONSE_INVALID", statusCode: 401 });
  });

  test("are not needed where the server does not ask", async () => {
    const { client, clock, received } = await setUpStun({ nat: {} });
    const result = await clock.advanceUntil(client.requestBinding(serverAddress, { credentials: longTerm }));
    expect(result.mappedAddress).toEqual(mapped);
    expect(received).toHaveLength(1);
  });

  test("without any, a 401 is a refusal", async () => {
    const { client, clock } = await longTermServer();
    const failure = clock.advanceUntil(client.requestBinding(serverAddress));
    await expect(failure).rejects.toMatchObject({ code: "STUN_REFUSED", statusCode: 401 });
  });

  test.each([
    { password: "" },
    { password: undefined as unknown as string },
    { username: "a\u0007" },
    { username: "a".repeat(509) },
    { type: "token" as "longTerm" },
  ])("%j is no credential, and the message keeps the secret", async (wrong) => {
    const { client, received } = await longTermServer();
    const failure = client.requestBinding(serverAddress, { credentials: { ...longTerm, ...wrong } }).catch((error: unknown) => error);
    expect(await failure).toMatchObject({ code: "STUN_OPTION_INVALID" });
    expect(String(await failure)).not.toContain("wonderland");
    expect(received).toEqual([]);
  });
});
