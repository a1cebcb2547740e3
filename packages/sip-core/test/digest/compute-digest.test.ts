import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { computeDigestResponse, computeHa1, computeUserhash, SipError, type DigestInput } from "@sidetone/sip-core";

const data = process.env["SIDETONE_DATA"] ?? new URL("../../../../../shared/data", import.meta.url).pathname;
const vectorsFile = `${data}/vectors/digest.json`;
type Vector = DigestInput & { source: string; response: string };
const vectors = existsSync(vectorsFile) ? (JSON.parse(readFileSync(vectorsFile, "utf8")) as Vector[]) : [];

describe.skipIf(vectors.length === 0)(`published digest vectors (skipped without ${vectorsFile})`, () => {
  test.each(vectors.map((vector) => [`${vector.source}, ${vector.algorithm} ${vector.qop ?? "no qop"}`, vector] as const))(
    "%s",
    (_name, vector) => {
      const { source: _source, response, ...input } = vector;
      expect(computeDigestResponse(input)).toBe(response);
    },
  );
});

describe("digest responses (RFC 7616 §3.4.1)", () => {
  const mufasa = {
    realm: "testrealm@host.com",
    nonce: "dcd98b7102dd2f0e8b11d0f600bfb0c093",
    method: "GET",
    uri: "/dir/index.html",
  } as const;
  const secret = { username: "Mufasa", password: "Circle Of Life" } as const;
  const auth = { qop: "auth", nc: "00000001", cnonce: "0a4f113b" } as const;

  test("are the ones that RFC 2617 §3.5 prints", () => {
    expect(computeDigestResponse({ ...mufasa, ...secret, ...auth })).toBe("6629fae49393a05397450978507c4ef1");
  });

  test("follow RFC 2069 without qop", () => {
    expect(computeDigestResponse({ ...mufasa, ...secret })).toBe("670fd8c2df070c60b045671b8b24ff02");
  });

  test("depend on method and digest-uri, whatever was computed before", () => {
    const kinds = [{}, { method: "POST" }, {}, { uri: "/" }, { algorithm: "SHA-256" }, { algorithm: "MD5-sess" }] as const;
    const compute = () => kinds.map((kind) => computeDigestResponse({ ...mufasa, ...secret, ...auth, ...kind }));
    expect(new Set(compute()).size).toBe(kinds.length - 1);
    expect(compute().reverse()).toEqual(
      kinds.toReversed().map((kind) => computeDigestResponse({ ...mufasa, ...secret, ...auth, ...kind })),
    );
    expect(compute()[2]).toBe("6629fae49393a05397450978507c4ef1");
  });

  test("need no password where its hash is kept", () => {
    const ha1 = computeHa1({ ...secret, realm: mufasa.realm });
    expect(ha1).toBe("939e7578ed9e3c518a452acee763bce9");
    expect(computeDigestResponse({ ...mufasa, ha1, ...auth })).toBe("6629fae49393a05397450978507c4ef1");
  });

  test("hash a body of octets as they are", () => {
    const input = { ...mufasa, ...secret, ...auth, qop: "auth-int" } as const;
    expect(computeDigestResponse({ ...input, body: new TextEncoder().encode("é") })).toBe(computeDigestResponse({ ...input, body: "é" }));
    expect(computeDigestResponse({ ...input, body: "" })).toBe(computeDigestResponse(input));
    expect(computeDigestResponse({ ...input, body: "x" })).not.toBe(computeDigestResponse(input));
  });

  test("hash the username where the server asks for it (RFC 7616 §3.4.4)", () => {
    expect(computeUserhash("MD5", "Mufasa", "testrealm@host.com")).toBe("74f54fe2c8045a5ffda7d02fd97f1716");
    // RFC 7616 §3.9.2 prints another value, as for its response; this is the one openssl computes
    expect(computeUserhash("SHA-512-256", "Jäsøn Doe", "api@example.org")).toBe(
      "793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b",
    );
  });

  test.each([[{ qop: "auth" }], [{ qop: "auth", nc: "00000001" }], [{ qop: "auth", cnonce: "x" }], [{ algorithm: "MD5-sess" }]] as const)(
    "cannot be computed with %j alone",
    (incomplete) => {
      expect(() => computeDigestResponse({ ...mufasa, ...secret, ...incomplete })).toThrow(SipError);
    },
  );
});
