import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  BindingServer,
  ErrorCode,
  isFingerprintValid,
  LongTermVerifier,
  MappedAddress,
  Nonce,
  parseStun,
  passwordAlgorithm,
  PasswordAlgorithm,
  PasswordAlgorithms,
  Realm,
  shortTermKey,
  ShortTermVerifier,
  Software,
  StunWriter,
  UnknownAttributes,
  Username,
  XorMappedAddress,
  longTermKey,
  type BindingServerOptions,
} from "@sidetone/stun-core";
import { virtualEnvironment } from "@sidetone/testkit";
import { hex } from "../hex.ts";
import { readStun } from "../virtual-stun.ts";

const source = { address: "203.0.113.9", port: 40_000 };
const id = hex("000102030405060708090a0b");
const unknown = { type: 0x0024, name: "PRIORITY", parse: () => 0, serialize: () => new Uint8Array(4) };

function setUp(options: BindingServerOptions = {}) {
  const server = new BindingServer(options);
  const ask = (request: Uint8Array) => {
    const answer = server.answerDatagram(request, source);
    return answer && readStun(answer);
  };
  return { server, ask };
}

const request = (): StunWriter => new StunWriter("request", 1, id);

describe("the Binding server (RFC 8489 §6.3.1)", () => {
  test("tells where the request came from, under its transaction ID", () => {
    const { server, ask } = setUp();
    const response = ask(request().toBytes());
    expect(response).toMatchObject({ class: "success", method: 1, fingerprintOffset: -1 });
    expect(Buffer.from(response!.transactionId)).toEqual(id);
    expect(response!.get(XorMappedAddress)).toEqual(source);
    expect(server.stats).toMatchObject({ requests: 1, successes: 1 });
  });

  test("answers a retransmission as it answered the request", () => {
    const { server } = setUp();
    const bytes = request().addFingerprint().toBytes();
    expect(server.answerDatagram(bytes, source)).toEqual(server.answerDatagram(bytes, source));
  });

  test("adds FINGERPRINT where the request has one, and SOFTWARE where it is set", () => {
    const { ask } = setUp({ software: "Server/1" });
    const response = ask(request().addFingerprint().toBytes())!;
    expect(isFingerprintValid(response)).toBe(true);
    expect(response.get(Software)).toBe("Server/1");
  });

  test("answers 420 and names what it does not understand", () => {
    const { server, ask } = setUp();
    const response = ask(request().add(unknown, 0).add(Software, "x").toBytes())!;
    expect(response).toMatchObject({ class: "error" });
    expect(response.get(ErrorCode)).toEqual({ code: 420, reasonPhrase: "Unknown Attribute" });
    expect(response.get(UnknownAttributes)).toEqual([0x0024]);
    expect(server.stats).toMatchObject({ requests: 1, errors: 1, successes: 0 });
  });

  test("says nothing to indications, responses, other methods, a wrong FINGERPRINT and what is no STUN", () => {
    const { server } = setUp();
    const wrong = request().addFingerprint().toBytes();
    wrong[wrong.length - 1]! ^= 1;
    const silent = [
      new StunWriter("indication", 1, id).toBytes(),
      new StunWriter("success", 1, id).toBytes(),
      new StunWriter("request", 3, id).toBytes(),
      wrong,
      Buffer.from("\r\n\r\n"),
      hex("00010000 11223344 000102030405060708090a0b"),
    ];
    for (const bytes of silent) expect(server.answerDatagram(bytes, source)).toBeUndefined();
    expect(server.stats).toEqual({ requests: 0, successes: 0, errors: 0, indications: 1, dropped: 5 });
  });

  test("answers RFC 3489 where it is told to: its 16-byte ID, and MAPPED-ADDRESS", () => {
    const { server } = setUp({ classic: true });
    const bytes = hex("00010000 11223344 000102030405060708090a0b");
    const response = parseStun(server.answerDatagram(bytes, source)!, { classic: true });
    if (typeof response === "string") throw new Error(response);
    expect(Buffer.from(response.transactionId)).toEqual(bytes.subarray(4));
    expect([response.get(MappedAddress), response.has(XorMappedAddress)]).toEqual([source, false]);
  });

  test("is no amplifier: at most 32 bytes more than came, and never three times as much", () => {
    const { server } = setUp();
    for (const bytes of [request().toBytes(), request().addFingerprint().toBytes(), request().add(unknown, 0).toBytes()]) {
      const answer = server.answerDatagram(bytes, { address: "2001:db8::1", port: 1 })!;
      expect(answer.length).toBeLessThanOrEqual(3 * bytes.length);
    }
  });

  test.each<BindingServerOptions>([{ software: "x".repeat(764) }, { alternateServer: { address: "stun.example.org", port: 1 } }])(
    "what it could never write is refused at once",
    (options) => {
      expect(() => new BindingServer(options)).toThrow(expect.objectContaining({ code: "STUN_ATTRIBUTE_INVALID" }));
    },
  );

  test("never throws, whatever comes", () => {
    const authentication = new LongTermVerifier(virtualEnvironment(), { realm: "example.org", users: new Map([["a", "b"]]) });
    const servers = [new BindingServer(), new BindingServer({ authentication }), new BindingServer({ classic: true })];
    const attribute = fc
      .tuple(fc.constantFrom(0x06, 0x08, 0x14, 0x15, 0x1c, 0x1d, 0x1e, 0x8002, 0x8028), fc.uint8Array({ maxLength: 36 }))
      .map(([type, value]) =>
        Buffer.concat([Uint8Array.of(type >> 8, type & 255, 0, value.length), value, Buffer.alloc(-value.length & 3)]),
      );
    fc.assert(
      fc.property(fc.array(attribute, { maxLength: 8 }), (attributes) => {
        const bytes = Buffer.concat([hex("00010000 2112a442"), id, ...attributes]);
        bytes.writeUInt16BE(bytes.length - 20, 2);
        for (const server of servers) {
          const answer = server.answerDatagram(bytes, source);
          if (answer && server !== servers[2]) expect(typeof parseStun(answer)).toBe("object");
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe("with short-term credentials (RFC 8489 §9.1.3)", () => {
  const password = "secret";
  const shortTerm = () => setUp({ authentication: new ShortTermVerifier((name) => (name === "alice" ? password : undefined)) });
  const code = (response: ReturnType<ReturnType<typeof setUp>["ask"]>) => response?.get(ErrorCode)?.code;

  test.each([
    ["no user name", () => request().addIntegrity("MESSAGE-INTEGRITY", shortTermKey(password)), 400],
    ["no integrity", () => request().add(Username, "alice"), 400],
    ["an unknown user", () => request().add(Username, "bob").addIntegrity("MESSAGE-INTEGRITY", shortTermKey(password)), 401],
    ["a wrong password", () => request().add(Username, "alice").addIntegrity("MESSAGE-INTEGRITY", shortTermKey("x")), 401],
  ])("a request with %s is refused, without integrity", (_what, write, expected) => {
    const response = shortTerm().ask(write().toBytes());
    expect([code(response), response!.integrity]).toEqual([expected, undefined]);
  });

  test("only the stronger of two attributes counts", () => {
    const weak = request().add(Username, "alice").addIntegrity("MESSAGE-INTEGRITY", shortTermKey(password));
    const response = shortTerm().ask(weak.addIntegrity("MESSAGE-INTEGRITY-SHA256", shortTermKey("x")).toBytes());
    expect(code(response)).toBe(401);
  });

  test("unknown attributes of strangers are not looked at", () => {
    expect(code(shortTerm().ask(request().add(unknown, 0).toBytes()))).toBe(400);
    const good = request().add(unknown, 0).add(Username, "alice").addIntegrity("MESSAGE-INTEGRITY", shortTermKey(password));
    const response = shortTerm().ask(good.toBytes());
    expect([code(response), response!.integrity]).toEqual([420, "MESSAGE-INTEGRITY"]);
  });
});

describe("with long-term credentials (RFC 8489 §9.2.4)", () => {
  const longTerm = () => {
    const environment = virtualEnvironment();
    const users = new Map([["alice", "wonderland"]]);
    const { ask, server } = setUp({ authentication: new LongTermVerifier(environment, { realm: "example.org", users }) });
    const nonce = ask(request().toBytes())!.get(Nonce)!;
    return { clock: environment.clock, ask, server, nonce };
  };
  const key = longTermKey("alice", "example.org", "wonderland", "SHA-256");
  const signed = (nonce: string, list = ["SHA-256", "MD5"] as const): StunWriter =>
    request()
      .add(Username, "alice")
      .add(Realm, "example.org")
      .add(Nonce, nonce)
      .add(PasswordAlgorithms, list.map(passwordAlgorithm))
      .add(PasswordAlgorithm, passwordAlgorithm("SHA-256"));

  test.each([{ algorithms: ["SHA-512" as "MD5"] }, { nonceSeconds: 0 }, { realm: "" }, { users: new Map([["", "x"]]) }])(
    "%j is no option",
    (options) => {
      const make = () => new LongTermVerifier(virtualEnvironment(), { realm: "example.org", users: new Map(), ...options });
      expect(make).toThrow(expect.objectContaining({ code: "STUN_OPTION_INVALID" }));
    },
  );

  test("a right request is answered, signed", () => {
    const { ask, nonce } = longTerm();
    const response = ask(signed(nonce).addIntegrity("MESSAGE-INTEGRITY-SHA256", key).toBytes())!;
    expect(response).toMatchObject({ class: "success", integrity: "MESSAGE-INTEGRITY-SHA256" });
  });

  test("a request that lacks user, realm or nonce is bad", () => {
    const { ask } = longTerm();
    const response = ask(request().add(Username, "alice").addIntegrity("MESSAGE-INTEGRITY-SHA256", key).toBytes())!;
    expect(response.get(ErrorCode)?.code).toBe(400);
    expect(response.has(Nonce)).toBe(false);
  });

  test("a list of algorithms that was changed on the way is bad", () => {
    const { ask, nonce } = longTerm();
    const changed = signed(nonce, ["MD5", "SHA-256"] as unknown as ["SHA-256", "MD5"]).addIntegrity("MESSAGE-INTEGRITY-SHA256", key);
    expect(ask(changed.toBytes())!.get(ErrorCode)?.code).toBe(400);
  });

  test("a nonce is good for its source and its time, and is never made up", () => {
    const { ask, server, nonce, clock } = longTerm();
    const codeOf = (bytes: Uint8Array, from = source) => readStun(server.answerDatagram(bytes, from)!).get(ErrorCode)?.code;
    const good = signed(nonce).addIntegrity("MESSAGE-INTEGRITY-SHA256", key).toBytes();
    expect(codeOf(good)).toBeUndefined();
    expect(codeOf(good, { ...source, port: 40_001 })).toBe(438);
    expect(
      codeOf(
        signed(`${nonce.slice(0, -1)}x`)
          .addIntegrity("MESSAGE-INTEGRITY-SHA256", key)
          .toBytes(),
      ),
    ).toBe(438);
    clock.advanceSync(600_001);
    const stale = ask(good)!;
    expect(stale.get(ErrorCode)?.code).toBe(438);
    expect([stale.has(Nonce), stale.has(Realm), stale.has(PasswordAlgorithms)]).toEqual([true, true, true]);
  });
});
