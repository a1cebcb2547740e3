import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as sip from "@sidetone/sip-core";
import type { HeaderCodec } from "@sidetone/sip-core";

const tokenCharacters = [..."ABCXYZabcxyz0189-.!%*_+`'~"];
const token = fc.string({ unit: fc.constantFrom(...tokenCharacters), minLength: 1, maxLength: 12 });
/** Text of one line: anything but CR, LF, NUL and unpaired surrogates. */
const line = fc.string({ unit: "binary", maxLength: 20 }).map((text) => text.replace(/[\r\n\0]/g, ""));
const trimmedLine = line.map((text) => text.trim());
const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const port = fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined });
const host = fc.oneof(fc.constantFrom("example.com", "a-b.c_d.e1", "host.example.com.", "192.0.2.1"), fc.ipV6());
const pairs = fc.uniqueArray(fc.tuple(token, line), { maxLength: 4, selector: ([name]) => name.toLowerCase() });

const sipUri = fc
  .record({
    scheme: fc.constantFrom("sip" as const, "sips" as const),
    user: fc.option(fc.string({ unit: "grapheme", minLength: 1, maxLength: 10 }), { nil: undefined }),
    host,
    port,
    parameters: pairs,
    headers: fc.array(fc.tuple(token, line), { maxLength: 3 }),
  })
  .map((options) => sip.SipUri.create(options));
const uri = fc.oneof(
  sipUri,
  fc.constantFrom("tel:+1-201-555-0123", "mailto:a@b", "urn:service:sos").map((text) => sip.parseUri(text)),
);
const nameAddressOptions = fc.record({ uri, displayName: fc.option(line, { nil: undefined }), parameters: pairs });
const nameAddress = nameAddressOptions.map((options) => sip.NameAddress.create(options)).filter((address) => address.tag !== "");
const contact = nameAddressOptions.map((options) => sip.ContactAddress.create(options));
const parameterizedToken = fc.tuple(token, pairs).map(([name, parameters]) => sip.ParameterizedToken.create(name, parameters));
const deltaSeconds = fc
  .tuple(uint32, pairs, fc.option(line, { nil: undefined }))
  .map(([seconds, parameters, comment]) => sip.DeltaSeconds.create(seconds, parameters, comment));
const mediaType = fc
  .tuple(token, token, pairs)
  .map(([type, subtype, parameters]) => sip.MediaType.create(`${type}/${subtype}`, parameters));
const via = fc
  .record({
    transport: token,
    host,
    port,
    branch: token,
    rport: fc.constantFrom(true as const, 9, undefined),
    received: fc.option(fc.ipV6(), { nil: undefined }),
    parameters: pairs,
  })
  .map((options) => sip.ViaParm.create(options));
const sequence = { sequenceNumber: fc.integer({ min: 0, max: 2 ** 31 - 1 }), method: token };
const dialog = fc
  .tuple(token, token, token)
  .map(([callId, to, from]) => sip.DialogReference.create(callId, [["to-tag", to], ["from-tag", from], ["early-only"]]));
const challenge = fc
  .record({
    realm: line,
    nonce: line,
    algorithm: fc.constantFrom(...sip.digestAlgorithms, undefined),
    qop: fc.constantFrom([], ["auth"], ["auth", "auth-int"]),
    opaque: line,
    stale: fc.boolean(),
  })
  .map((options) => sip.Challenge.digest(options));
const credentials = fc
  .record({
    username: line,
    realm: line,
    nonce: line,
    uri: line,
    response: token,
    cnonce: line,
    qop: fc.constantFrom("auth" as const, "auth-int" as const, undefined),
    nc: fc.constant("00000001"),
  })
  .map((options) => sip.Credentials.digest(options));

const seconds = fc.integer({ min: 0, max: 1e12 }).map((ms) => ms / 1000);
const timestamp = fc.oneof(fc.record({ timeSeconds: seconds }), fc.record({ timeSeconds: seconds, delaySeconds: seconds }));
const warning = fc.record({ code: fc.integer({ min: 300, max: 399 }), agent: token, text: line });

const trips: readonly (readonly [codec: HeaderCodec<unknown>, values: fc.Arbitrary<unknown>])[] = [
  [sip.From, nameAddress],
  [sip.Route, nameAddress],
  [sip.Contact, fc.oneof(contact, fc.constant("*" as const))],
  [sip.Via, via],
  [sip.CSeq, fc.record(sequence)],
  [sip.RAck, fc.record({ responseNumber: uint32, ...sequence })],
  [sip.CallId, token],
  [sip.ContentType, mediaType],
  [sip.Accept, mediaType],
  [sip.Allow, token],
  [sip.ContentDisposition, parameterizedToken],
  [sip.Reason, parameterizedToken],
  [sip.RetryAfter, deltaSeconds],
  [sip.ContentLength, uint32],
  [sip.Expires, uint32],
  [sip.MaxForwards, fc.integer({ min: 0, max: 255 })],
  [sip.Subject, trimmedLine],
  [sip.SipDate, fc.integer({ min: 0, max: 253_402_300_799 }).map((s) => s * 1000)],
  [sip.Timestamp, timestamp],
  [sip.Warning, warning],
  [sip.Replaces, dialog],
  [sip.WWWAuthenticate, challenge],
  [sip.Authorization, credentials],
];

describe("what is written is read back", () => {
  test.each(trips.map(([codec, values]) => [codec.name, codec, values] as const))("%s", (_name, codec, values) => {
    fc.assert(
      fc.property(values, (value) => {
        const text = codec.serialize(value);
        expect(text).not.toMatch(/[\r\n\0]/);
        expect(codec.parse(text)).toEqual(value);
      }),
    );
  });

  test("every URI, with its escapes", () => {
    fc.assert(
      fc.property(sipUri, (value) => {
        const read = sip.SipUri.parse(value.toString());
        expect(read).toEqual(value);
        expect(read.equals(value)).toBe(true);
      }),
    );
  });

  test("every member of a comma list", () => {
    fc.assert(
      fc.property(fc.array(nameAddress, { maxLength: 4 }), (addresses) => {
        const text = addresses.map((address) => sip.Route.serialize(address)).join(", ");
        expect(sip.splitList(text).map((member) => sip.Route.parse(member))).toEqual(addresses);
      }),
    );
  });

  test("every parameter, whatever its value", () => {
    fc.assert(
      fc.property(pairs, (list) => {
        const { parameters } = sip.From.parse(`<sip:a@b>${sip.Parameters.from(list).text}`.replace(/;tag$/i, ""));
        for (const [name, value] of parameters) expect(parameters.get(name.toUpperCase())).toBe(value);
      }),
    );
  });

  test("any text is read or refused with SipParseError, and nothing else", () => {
    const codecs = Object.values(sip).flatMap((value) =>
      typeof value === "object" && "parse" in value ? [value as HeaderCodec<unknown>] : [],
    );
    const hostile = fc.string({ unit: fc.constantFrom(...'<>";,:@%?=[]()\\/ \tsip:a1.*-é\u0000SIP/2.0/UDP'.split("")), maxLength: 40 });
    fc.assert(
      fc.property(hostile, fc.constantFrom(...codecs), (text, codec) => {
        try {
          const value = codec.parse(text);
          const again = codec.parse(codec.serialize(value));
          expect(codec.serialize(again)).toBe(codec.serialize(value));
        } catch (error) {
          if (!(error instanceof sip.SipParseError) && !(error instanceof sip.SipError)) throw error;
        }
      }),
      { numRuns: 3000 },
    );
  });
});
