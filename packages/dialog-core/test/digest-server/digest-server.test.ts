import { createHmac } from "node:crypto";
import { DigestServer, type DigestServerOptions, type DigestVerdict } from "@sidetone/dialog-core";
import {
  answerChallenge,
  Challenge,
  computeHa1,
  SipRequest,
  WWWAuthenticate,
  type AnswerChallengeOptions,
  type Credentials,
} from "@sidetone/sip-core";
import type { Flow } from "@sidetone/sip-transport";
import { VirtualClock, virtualEnvironment } from "@sidetone/testkit";
import { describe, expect, test } from "vitest";

const realm = "example.com";
const uri = "sip:example.com";
const passwords = new Map([["alice", "secret"]]);

function setUp(options: Partial<DigestServerOptions> = {}) {
  const environment = virtualEnvironment();
  const clock = environment.clock as VirtualClock;
  const server = new DigestServer(environment, {
    realm,
    secrets: {
      ha1: (username, _realm, algorithm) => {
        const password = passwords.get(username);
        return password && computeHa1({ username, password, realm, algorithm });
      },
    },
    ...options,
  });
  const judge = (authorization?: Credentials | string, { address = "10.0.0.2", requestUri = uri, method = "REGISTER" } = {}) =>
    server.authenticate(requestWith(authorization?.toString(), requestUri, method), { remoteAddress: address } as Flow) as DigestVerdict;
  const challenge = (algorithm = "SHA-256") => challengesOf(judge()).find((each) => each.algorithm === algorithm)!;
  return { environment, clock, server, judge, challenge };
}

function requestWith(authorization: string | undefined, requestUri: string, method: string): SipRequest {
  return SipRequest.create({
    method,
    requestUri,
    headers: [
      ["From", "<sip:alice@example.com>;tag=a"],
      ["To", "<sip:alice@example.com>"],
      ["Call-ID", "a"],
      ["CSeq", `1 ${method}`],
      ...(authorization === undefined ? [] : [["Authorization", authorization] as const]),
    ],
  });
}

const challengesOf = ({ refusal }: DigestVerdict): Challenge[] =>
  (refusal?.headers ?? []).filter(([name]) => name === "WWW-Authenticate").map(([, value]) => WWWAuthenticate.parse(value));

const isStale = (verdict: DigestVerdict): boolean => {
  const challenges = challengesOf(verdict);
  return challenges.length > 0 && challenges.every(({ stale }) => stale);
};

function answer(challenge: Challenge, options: Partial<AnswerChallengeOptions & { password: string }> = {}): Credentials {
  const { username = "alice", password = "secret", method = "REGISTER", nonceCount = 1, cnonce = "0a4f113b" } = options;
  return answerChallenge(challenge, { username, password, method, uri: options.uri ?? uri, nonceCount, cnonce });
}

/** A verdict without what differs each time. */
const withoutNonce = (verdict: DigestVerdict): string => JSON.stringify(verdict).replace(/nonce=\\"[^"]*\\"/g, "");

describe("A digest server (RFC 7616, RFC 8760)", () => {
  test("challenges with one field per algorithm, the strongest first, all with one nonce", () => {
    const { judge } = setUp({ algorithms: ["MD5", "SHA-512-256", "SHA-256"] });
    const verdict = judge();
    expect(verdict.refusal!.statusCode).toBe(401);
    const challenges = challengesOf(verdict);
    expect(challenges.map(({ algorithm }) => algorithm)).toEqual(["SHA-256", "SHA-512-256", "MD5"]);
    expect(challenges.map(({ qop, realm: shown, stale }) => [qop, shown, stale])).toEqual(Array(3).fill([["auth"], realm, false]));
    expect(new Set(challenges.map(({ nonce }) => nonce)).size).toBe(1);
    expect(challenges[2]!.parameters.has("algorithm")).toBe(false);
  });

  test.each(["MD5", "SHA-256", "SHA-512-256"])("takes the right password with %s", (algorithm) => {
    const { judge, challenge } = setUp();
    expect(judge(answer(challenge(algorithm)))).toEqual({ username: "alice" });
  });

  test("as a proxy asks with 407 and reads Proxy-Authorization", () => {
    const { server, judge } = setUp({ isProxy: true });
    const { statusCode, headers } = judge().refusal!;
    expect([statusCode, headers!.map(([name]) => name)]).toEqual([407, Array(3).fill("Proxy-Authenticate")]);
    const request = requestWith(undefined, uri, "INVITE").edit();
    const [, challenge] = headers![0]!;
    const credentials = answer(WWWAuthenticate.parse(challenge), { method: "INVITE" });
    const proven = request.setText("Proxy-Authorization", credentials.toString()).build();
    expect(server.authenticate(proven, { remoteAddress: "10.0.0.2" } as Flow)).toEqual({ username: "alice" });
  });

  test("takes none of an algorithm that it does not offer: MD5 can be refused", () => {
    const { judge, challenge } = setUp({ algorithms: ["SHA-256"] });
    const { nonce } = challenge();
    const weaker = Challenge.digest({ realm, nonce: nonce!, algorithm: "MD5" });
    expect(challengesOf(judge(answer(weaker))).map(({ algorithm }) => algorithm)).toEqual(["SHA-256"]);
    expect(judge(answer(Challenge.digest({ realm, nonce: nonce!, algorithm: "SHA-256-sess" }))).refusal?.statusCode).toBe(401);
    expect(judge(answer(challenge()))).toEqual({ username: "alice" });
  });

  test("answers an unknown user and a wrong password alike, and does not call them stale", () => {
    const { judge, challenge } = setUp();
    const unknown = judge(answer(challenge(), { username: "mallory" }));
    const wrong = judge(answer(challenge(), { password: "guess" }));
    expect(withoutNonce(unknown)).toBe(withoutNonce(wrong));
    expect(withoutNonce(wrong)).toBe(withoutNonce(judge()));
    expect(wrong.refusal!.statusCode).toBe(401);
  });

  test("does the same work for an unknown user as for a wrong password", () => {
    const { judge, challenge } = setUp({ limits: { failures: Infinity, failuresPerAddress: Infinity } });
    const measure = (options: { username?: string; password?: string }): number => {
      const credentials = answer(challenge(), options);
      const before = process.cpuUsage();
      for (let count = 0; count < 500; count++) judge(credentials);
      const { user, system } = process.cpuUsage(before);
      return user + system;
    };
    const unknown = (): number => measure({ username: "mallory" });
    const wrong = (): number => measure({ password: "guess" });
    unknown();
    wrong(); // compiled by now
    const ratios = Array.from({ length: 5 }, () => unknown() / wrong()).sort((a, b) => a - b);
    expect(ratios[2]).toBeGreaterThan(0.5);
    expect(ratios[2]).toBeLessThan(1.5);
  });

  test.each([
    [
      "another realm",
      (challenge: Challenge) => answer(Challenge.digest({ realm: "other", nonce: challenge.nonce!, algorithm: "SHA-256" })),
    ],
    ["another method", (challenge: Challenge) => answer(challenge, { method: "INVITE" })],
    ["no response", () => 'Digest username="alice", realm="example.com", nonce="x", uri="sip:example.com"'],
    ["no nonce", () => 'Digest username="alice", realm="example.com", uri="sip:example.com", response="00"'],
    ["another scheme", () => "Basic realm=x"],
    ["no syntax", () => "Digest"],
  ])("does not take credentials with %s", (_, make) => {
    const { judge, challenge } = setUp();
    expect(judge(make(challenge())).refusal?.statusCode).toBe(401);
  });

  test("answers 400 when the credentials are for another resource, and is not particular about port and parameters", () => {
    const { judge, challenge } = setUp();
    expect(judge(answer(challenge(), { uri: "sip:example.org" })).refusal?.statusCode).toBe(400);
    expect(judge(answer(challenge(), { uri: "no uri" })).refusal?.statusCode).toBe(400);
    expect(judge(answer(challenge(), { uri: "sip:EXAMPLE.com:5060;transport=udp" }))).toEqual({ username: "alice" });
  });

  test("waits for a secret that takes time, and rejects as its source does", async () => {
    const { server, challenge } = setUp({
      secrets: { ha1: async (username, _, algorithm) => computeHa1({ username, password: "secret", realm, algorithm }) },
    });
    const flow = { remoteAddress: "10.0.0.2" } as Flow;
    expect(await server.authenticate(requestWith(answer(challenge()).toString(), uri, "REGISTER"), flow)).toEqual({ username: "alice" });
    const broken = setUp({ secrets: { ha1: () => Promise.reject(new Error("database down")) } });
    const request = requestWith(answer(broken.challenge()).toString(), uri, "REGISTER");
    await expect(broken.server.authenticate(request, flow)).rejects.toThrow("database down");
  });

  test.each([
    { algorithms: [] },
    { algorithms: ["SHA-1" as "MD5"] },
    { realm: "" },
    { realm: "a\r\nb" },
    { key: new Uint8Array(8) },
    { nonceLifetimeSeconds: 0 },
    { limits: { nonces: 0 } },
    { limits: { failures: NaN } },
  ])("refuses an option that cannot be honoured: %j", (options) => {
    expect(() => setUp(options)).toThrow(expect.objectContaining({ code: "DIALOG_OPTION" }) as Error);
  });
});

describe("Nonces (RFC 7616 §3.3, §5.5)", () => {
  test("may be used with one count after the other, in any order, each once", () => {
    const { judge, challenge } = setUp();
    const given = challenge();
    const use = (nonceCount: number) => judge(answer(given, { nonceCount })).username;
    expect([1, 3, 2, 40, 39, 41].map(use)).toEqual(Array(6).fill("alice"));
    expect([1, 2, 3, 39, 40, 41, 8].map(use)).toEqual(Array(7).fill(undefined));
    expect(isStale(judge(answer(given, { nonceCount: 41 })))).toBe(true);
  });

  test("are stale when they are too old, were made elsewhere or were changed: the password was right", () => {
    const { judge, challenge, clock } = setUp({ nonceLifetimeSeconds: 60 });
    const given = challenge();
    clock.advanceSync(60_001);
    const verdict = judge(answer(given));
    expect([verdict.refusal?.statusCode, isStale(verdict)]).toEqual([401, true]);
    expect(judge(answer(challengesOf(verdict)[0]!))).toEqual({ username: "alice" });
    const foreign = setUp({ key: new Uint8Array(32) }).challenge();
    expect(isStale(judge(answer(foreign)))).toBe(true);
    const forged = given.nonce!.replace(/^./, "f");
    expect(isStale(judge(answer(Challenge.digest({ realm, nonce: forged, algorithm: "SHA-256" }))))).toBe(true);
    expect(isStale(judge(answer(given, { password: "guess" })))).toBe(false);
  });

  test("of servers that share a key are good at each", () => {
    const key = new Uint8Array(32).fill(7);
    const { challenge } = setUp({ key });
    expect(setUp({ key }).judge(answer(challenge()))).toEqual({ username: "alice" });
    expect(isStale(setUp({ key, realm: "x" }).judge(answer(challenge())))).toBe(false);
  });

  test.each([32, 64, 65, 100])("carry an HMAC-SHA-256 over time, salt and realm, here with a key of %i bytes", (length) => {
    const key = Uint8Array.from({ length }, (_, index) => 255 - index);
    const { challenge } = setUp({ key, realm: "Büro" });
    const nonces = [challenge().nonce!, challenge().nonce!];
    const mac = (head: string) => createHmac("sha256", key).update(`${head}:Büro`).digest("hex").slice(0, 32);
    expect(nonces.map((nonce) => nonce.slice(24))).toEqual(nonces.map((nonce) => mac(nonce.slice(0, 24))));
    expect(nonces[0]).not.toBe(nonces[1]);
  });

  test("are good in the very characters that were given out", () => {
    const { judge, challenge } = setUp();
    const { nonce } = challenge();
    const lookalike = nonce!.replace(/^./, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0x100));
    expect(isStale(judge(answer(Challenge.digest({ realm, nonce: lookalike, algorithm: "SHA-256" }))))).toBe(true);
  });

  test("leave nothing behind before a password was right", () => {
    const { judge, challenge } = setUp({ limits: { nonces: 1 } });
    const given = challenge();
    for (let guess = 0; guess < 10; guess++) judge(answer(challenge(), { password: `guess${guess}` }));
    expect(judge(answer(given))).toEqual({ username: "alice" });
  });

  test("that had to be forgotten cannot be used again, and newer ones can", () => {
    const { judge, challenge, clock } = setUp({ limits: { nonces: 2 } });
    const given = [1, 2, 3].map(() => {
      clock.advanceSync(1);
      return challenge();
    });
    for (const each of given) expect(judge(answer(each))).toEqual({ username: "alice" });
    expect(isStale(judge(answer(given[0]!)))).toBe(true);
    expect(isStale(judge(answer(given[0]!, { nonceCount: 2 })))).toBe(true);
    expect(judge(answer(given[2]!, { nonceCount: 2 }))).toEqual({ username: "alice" });
    expect(judge(answer(challenge()))).toEqual({ username: "alice" });
  });

  test("without a count may be used once", () => {
    const { judge, challenge } = setUp();
    const { nonce } = challenge();
    const old = answer(Challenge.digest({ realm, nonce: nonce!, algorithm: "SHA-256", qop: [] }));
    expect(judge(old)).toEqual({ username: "alice" });
    expect(isStale(judge(old))).toBe(true);
  });
});

describe("Wrong passwords", () => {
  const guess = (parts: ReturnType<typeof setUp>, address: string) =>
    parts.judge(answer(parts.challenge(), { password: "guess" }), { address }).refusal!;

  test("are answered 503 with Retry-After when there are too many from one address; a good user elsewhere logs in", () => {
    const parts = setUp({ limits: { failures: 10, secondsPerFailure: 5 } });
    const codes = Array.from({ length: 100 }, () => guess(parts, "10.0.0.66").statusCode);
    expect(codes.filter((code) => code === 401)).toHaveLength(10);
    expect(codes.slice(10)).toEqual(Array(90).fill(503));
    expect(guess(parts, "10.0.0.66").headers).toEqual([["Retry-After", "5"]]);
    expect(parts.judge(answer(parts.challenge()), { address: "10.0.0.66" }).refusal?.statusCode).toBe(503);
    expect(parts.judge(answer(parts.challenge()), { address: "10.0.0.2" })).toEqual({ username: "alice" });
  });

  test("for another user of the same address do not lock this one out, until there are very many", () => {
    const parts = setUp({ limits: { failures: 3, failuresPerAddress: 10 } });
    const wrong = (username: string) => parts.judge(answer(parts.challenge(), { username, password: "guess" })).refusal!.statusCode;
    expect(Array.from({ length: 5 }, () => wrong("bob"))).toEqual([401, 401, 401, 503, 503]);
    expect(parts.judge(answer(parts.challenge()))).toEqual({ username: "alice" });
    expect(Array.from({ length: 8 }, (_, user) => wrong(`user${user}`))).toEqual([...Array<number>(7).fill(401), 503]);
    expect(parts.judge(answer(parts.challenge())).refusal?.statusCode).toBe(503);
  });

  test("are forgiven one after the other", () => {
    const parts = setUp({ limits: { failures: 3, secondsPerFailure: 5 } });
    for (let count = 0; count < 4; count++) guess(parts, "10.0.0.66");
    parts.clock.advanceSync(5_000);
    expect(parts.judge(answer(parts.challenge()), { address: "10.0.0.66" })).toEqual({ username: "alice" });
    expect([guess(parts, "10.0.0.66"), guess(parts, "10.0.0.66")].map(({ statusCode }) => statusCode)).toEqual([401, 503]);
  });

  test("count for a whole IPv6 /64, and not for the next", () => {
    const parts = setUp({ limits: { failures: 2 } });
    expect(["2001:db8::1", "2001:db8::2", "2001:db8::3"].map((address) => guess(parts, address).statusCode)).toEqual([401, 401, 503]);
    expect(guess(parts, "2001:db8:0:1::1").statusCode).toBe(401);
  });

  test("do not count when nothing was guessed: a challenge, a nonce that is stale", () => {
    const parts = setUp({ limits: { failures: 1 }, nonceLifetimeSeconds: 1 });
    const given = parts.challenge();
    parts.clock.advanceSync(2_000);
    for (let count = 0; count < 5; count++) expect(isStale(parts.judge(answer(given)))).toBe(true);
    expect(parts.judge(answer(parts.challenge()))).toEqual({ username: "alice" });
  });

  test("have no limit where none is wanted", () => {
    const parts = setUp({ limits: { failures: Infinity, failuresPerAddress: Infinity } });
    expect(Array.from({ length: 200 }, () => guess(parts, "10.0.0.66").statusCode).every((code) => code === 401)).toBe(true);
  });
});
