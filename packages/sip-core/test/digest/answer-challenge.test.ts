import { describe, expect, test } from "vitest";
import {
  answerChallenge,
  Authorization,
  Challenge,
  digestAlgorithms,
  isSupportedChallenge,
  selectChallenge,
  SipError,
  verifyDigest,
  WWWAuthenticate,
} from "@sidetone/sip-core";

function setUp(challengeText: string) {
  const challenge = WWWAuthenticate.parse(challengeText);
  const options = {
    username: "bob",
    password: "zanzibar",
    method: "REGISTER",
    uri: "sip:biloxi.com",
    cnonce: "0a4f113b",
    nonceCount: 1,
  } as const;
  const verify = { username: "bob", password: "zanzibar", realm: "biloxi.com", method: "REGISTER" } as const;
  return { challenge, options, verify };
}
const base = 'Digest realm="biloxi.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"';

describe("answering a challenge (RFC 3261 §22.4)", () => {
  test("returns opaque, counts the nonce and prefers auth", () => {
    const { challenge, options } = setUp(`${base}, qop="auth-int,auth", opaque="5ccc", algorithm=md5`);
    expect(answerChallenge(challenge, { ...options, nonceCount: 26 }).toString()).toMatch(
      /^Digest username="bob", realm="biloxi.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", uri="sip:biloxi.com", response="[0-9a-f]{32}", algorithm=MD5, cnonce="0a4f113b", opaque="5ccc", qop=auth, nc=0000001a$/,
    );
  });

  test("sends neither qop, cnonce nor algorithm to an RFC 2069 server", () => {
    const { challenge, options } = setUp(base);
    expect(answerChallenge(challenge, options).toString()).toMatch(
      /^Digest username="bob", realm="biloxi.com", nonce="[^"]*", uri="sip:biloxi.com", response="[0-9a-f]{32}"$/,
    );
  });

  test("hashes the username when asked (RFC 7616 §3.4.4)", () => {
    const { challenge, options, verify } = setUp(`${base}, qop="auth", algorithm=SHA-256, userhash=true`);
    const credentials = answerChallenge(challenge, options);
    expect(credentials).toMatchObject({ userhash: true, username: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown });
    expect(verifyDigest(credentials, verify)).toBe(true);
  });

  test.each(['Basic realm="a"', 'Digest realm="a"', 'Digest nonce="a"', `${base}, algorithm=SHA-3`, `${base}, qop="auth-conf"`])(
    "cannot be done for %s",
    (text) => {
      const { challenge, options } = setUp(text);
      expect(isSupportedChallenge(challenge)).toBe(false);
      expect(() => answerChallenge(challenge, options)).toThrow(SipError);
    },
  );
});

describe("choosing among challenges (RFC 8760 §2.4)", () => {
  const challenge = (algorithm: string, nonce = algorithm) =>
    WWWAuthenticate.parse(`Digest realm="a", nonce="${nonce}", algorithm=${algorithm}, qop="auth"`);

  test("takes the strongest algorithm, whatever the order", () => {
    const offered = [challenge("MD5"), challenge("SHA-512-256"), challenge("SHA-256"), challenge("TIGER")];
    expect(selectChallenge(offered)?.nonce).toBe("SHA-256");
    expect(selectChallenge(offered.reverse())?.nonce).toBe("SHA-256");
  });

  test("takes the first of equals and none of unknown ones", () => {
    expect(selectChallenge([challenge("MD5", "1"), challenge("MD5", "2")])?.nonce).toBe("1");
    expect(selectChallenge([challenge("TIGER")])).toBeUndefined();
    expect(selectChallenge([])).toBeUndefined();
  });
});

describe("verifying credentials (RFC 7616 §3.4.6)", () => {
  const combinations = digestAlgorithms.flatMap((algorithm) => [[], ["auth"], ["auth-int"]].map((qop) => [algorithm, qop] as const));

  test.each(combinations)("accepts what was computed with %s and qop %j, and nothing else", (algorithm, qop) => {
    const { options, verify } = setUp(base);
    const challenge = Challenge.digest({ realm: "biloxi.com", nonce: "n", algorithm, qop });
    const body = "v=0\r\n";
    const credentials = Authorization.parse(answerChallenge(challenge, { ...options, body }).toString());
    expect(verifyDigest(credentials, { ...verify, body })).toBe(true);
    expect(verifyDigest(credentials, { ...verify, body, password: "Zanzibar" })).toBe(false);
    expect(verifyDigest(credentials, { ...verify, body, method: "INVITE" })).toBe(false);
    expect(verifyDigest(credentials, { ...verify, body, realm: "other.com" })).toBe(false);
    expect(verifyDigest(credentials, { ...verify, body, algorithms: [] })).toBe(false);
    expect(verifyDigest(credentials, { ...verify, body: "v=1\r\n" })).toBe(qop[0] !== "auth-int");
  });

  test.each([
    'Basic realm="biloxi.com"',
    'Digest username="bob"',
    'Digest username="bob", realm="biloxi.com", nonce="n", uri="sip:biloxi.com", response="é"',
    'Digest username="bob", realm="biloxi.com", nonce="n", uri="sip:biloxi.com", response="", qop=auth, nc=1, cnonce="x"',
    'Digest username="bob", realm="biloxi.com", nonce="n", uri="sip:biloxi.com", response="00000000000000000000000000000000", qop=auth-conf, nc=00000001, cnonce="x"',
    'Digest username="bob", realm="biloxi.com", nonce="n", uri="sip:biloxi.com", response="00000000000000000000000000000000", algorithm=MD5-sess',
    'Digest username="bob", realm="biloxi.com", nonce="n", uri="sip:biloxi.com", response="00000000000000000000000000000000", algorithm=ROT13',
  ])("says no to %s without throwing", (text) => {
    const { verify } = setUp(base);
    expect(verifyDigest(Authorization.parse(text), verify)).toBe(false);
  });

  test("reads a username in the extended notation (RFC 7616 §3.4)", () => {
    expect(Authorization.parse("Digest username*=UTF-8''J%C3%A4s%C3%B8n%20Doe, realm=\"a\"").username).toBe("Jäsøn Doe");
  });
});
