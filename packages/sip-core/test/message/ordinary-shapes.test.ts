import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  CallId,
  Contact,
  ContentType,
  CSeq,
  From,
  MaxForwards,
  parseMessage,
  Require,
  SipParseError,
  To,
  Via,
  type HeaderCodec,
} from "@sidetone/sip-core";
import { inviteLines, wire } from "./wire-text.ts";

const codecs: Readonly<Record<string, HeaderCodec<unknown>>> = {
  Via,
  From,
  To,
  "Call-ID": CallId,
  CSeq,
  "Max-Forwards": MaxForwards,
  Contact,
  Require,
  "Content-Type": ContentType,
};

/** What the codec alone makes of a single value. */
function parseAlone(codec: HeaderCodec<unknown>, text: string): unknown {
  try {
    return codec.parse(text.trim());
  } catch {
    return undefined;
  }
}

/** What a message with that value gives: the value, or undefined when it was refused. */
function parseInMessage(name: string, text: string, start = "SIP/2.0 200 OK"): unknown {
  try {
    return parseMessage(wire([...inviteLines({ start, [name]: undefined }), `${name}: ${text}`])).require(codecs[name]!);
  } catch (error) {
    expect(error).toBeInstanceOf(SipParseError);
    return undefined;
  }
}

/** Values of the ordinary shape and their neighbourhood. */
const seeds: Readonly<Record<string, readonly string[]>> = {
  Via: [
    "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK87asdks7;rport",
    "SIP/2.0/TCP host.example.com;received=192.0.2.255;branch=z9hG4bK1",
    "SIP/2.0/TLS [2001:db8::9]:5061;maddr=224.2.0.1;ttl=16",
    "SIP / 2.0 / UDP first.example.com: 4000;ttl=16 ;maddr=224.2.0.1 ;branch=z9hG4bKa7c6a8dlze.1",
  ],
  From: [
    '"A. G. Bell" <sip:agb@bell-telephone.com> ;tag=a48s',
    "sip:+12125551212@server.phone2net.com;tag=887s",
    "Anonymous <sip:c8oqz84zk7z@privacy.org>;tag=hyh8",
  ],
  To: [
    "The Operator <sip:operator@cs.columbia.edu>;tag=287447",
    "sip:+12125551212@server.phone2net.com",
    "<sips:bob@biloxi.com;transport=tls>",
  ],
  Contact: [
    '"Mr. Watson" <sip:watson@worcester.bell-telephone.com:5060>;q=0.7;expires=3600',
    "<sips:bob@192.0.2.4>;expires=60",
    "<sip:host>",
    "*",
  ],
  "Call-ID": ["f81d4fae-7dec-11d0-a765-00a0c91e6bf6@biloxi.com"],
  CSeq: ["4711 INVITE", "0 x", "2147483647 ACK"],
  "Max-Forwards": ["70", "0", "255"],
  Require: ["100rel", "timer"],
  "Content-Type": ["application/sdp", "text/html; charset=ISO-8859-4", 'multipart/mixed;boundary="a b"'],
};

describe.each(Object.keys(seeds))("a %s value", (name) => {
  const codec = codecs[name]!;

  test("is accepted in a message exactly when its codec accepts it, and read the same", () => {
    const characters = fc.constantFrom(...` \t;:,<>@"\\/=?%[]()*.-_~+&$!'\`{}|^#aZ09é\x01\x7f`);
    const edit = fc.tuple(fc.nat(), fc.nat(2), fc.string({ unit: characters, maxLength: 3 }));
    fc.assert(
      fc.property(fc.constantFrom(...seeds[name]!), fc.array(edit, { maxLength: 3 }), (seed, edits) => {
        let text = seed;
        for (const [at, removed, inserted] of edits) {
          const index = at % (text.length + 1);
          text = text.slice(0, index) + inserted + text.slice(index + removed);
        }
        // Lists and control characters are the business of the message, not of the codec.
        fc.pre(!/[,\x01]/.test(text) && text.trim() !== "");
        expect([text, parseInMessage(name, text)]).toEqual([text, parseAlone(codec, text)]);
      }),
      { numRuns: 3000 },
    );
  });

  test.each(seeds[name]!)("%j is read as its codec reads it", (text) => {
    expect(parseInMessage(name, text)).toEqual(parseAlone(codec, text));
    expect(parseInMessage(name, text)).toBeDefined();
  });
});

const hosts = [
  "a",
  "a.b",
  "a.b.",
  "a..b",
  ".a",
  "a-b",
  "a_b",
  "1.2.3.4",
  "1.2.3.255",
  "1.2.3.256",
  "1.2.3.1111",
  "1.2.3",
  "1.2.3.4.5",
  "1.2.3.",
  "a.1",
  "1.a",
  "1a.2b",
  "123",
  "[::1]",
  "[::g]",
  "",
];
const ports = ["", ":5060", ":1", ":65535", ":65536", ":0", ":", ":99999999999", ":05060", ":a"];

test.each(hosts)(
  "the host %j is accepted in a Via, a Contact and a Request-URI exactly when the codecs accept it, with any port",
  (host) => {
    for (const hostport of ports.map((port) => host + port)) {
      const via = `SIP/2.0/UDP ${hostport};branch=z9hG4bK1`;
      expect(parseInMessage("Via", via), via).toEqual(parseAlone(Via, via));
      for (const uri of [`sip:${hostport}`, `sips:a@${hostport};lr`]) {
        expect(parseInMessage("Contact", `<${uri}>`), uri).toEqual(parseAlone(Contact, `<${uri}>`));
        const start = `OPTIONS ${uri} SIP/2.0`;
        const isAccepted = parseInMessage("CSeq", "1 OPTIONS", start) !== undefined;
        expect(isAccepted, start).toBe(parseAlone(Contact, `<${uri}>`) !== undefined);
      }
    }
  },
);

const corpus = `${process.env["SIDETONE_DATA"] ?? new URL("../../../../../shared/data", import.meta.url).pathname}/malformed/malformed.jsonl`;

describe.skipIf(!existsSync(corpus))(`the values of the malformed set (skipped without ${corpus})`, () => {
  test("are accepted exactly when their codecs accept them", () => {
    const lines = readFileSync(corpus, "utf8").trim().split("\n");
    for (const line of lines) {
      const text = (JSON.parse(line) as { message: string }).message.replaceAll("@PORT@", "5060");
      for (const field of text.split("\r\n\r\n", 1)[0]!.split("\r\n").slice(1)) {
        const [, name = "", value = ""] = /^([A-Za-z-]+): ?(.*)$/.exec(field) ?? [];
        const codec = Object.hasOwn(codecs, name) ? codecs[name] : undefined;
        if (!codec || /[,\0-\x08\x0a-\x1f]/.test(value) || value.trim() === "" || value.length > 60_000) continue;
        expect(parseInMessage(name, value), field.slice(0, 200)).toEqual(parseAlone(codec, value));
      }
    }
  });
});
