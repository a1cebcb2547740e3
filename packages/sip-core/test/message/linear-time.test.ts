import { channel } from "node:diagnostics_channel";
import { describe, expect, test } from "vitest";
import { Contact, parseMessage, Route, SipParseError, StreamFramer, Via } from "@sidetone/sip-core";
import { inviteLines, wire } from "./wire-text.ts";

const size = 60_000;

/** Takes or refuses the bytes, and reads what was taken: all of it must end, and in time in proportion to the size. */
function consume(bytes: Buffer): void {
  try {
    const message = parseMessage(bytes);
    for (const [name] of message.headerFields()) message.getAllText(name);
    message.getAll(Via);
    message.getAll(Contact);
    message.getAll(Route);
  } catch (error) {
    expect(error).toBeInstanceOf(SipParseError);
  }
}

/** Patterns in which a scanner that backs up would go over the rest again and again. */
const traps = [
  ...Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)),
  ...[
    "é",
    '\\"',
    '"\\',
    '<"',
    "><",
    ";=",
    ';a="',
    ',"',
    "a,",
    "<sip:",
    "sip:@",
    "%2",
    "%41",
    "::",
    "[:",
    "1.",
    "a.",
    "\r\n ",
    "\r\n\t\r\n",
    "\r\n\r\n",
    "a:\r\n",
    "a\r\n",
    "v:\r\n",
    "SIP/2.0/UDP a,",
    ";;",
    "; ",
    " ;",
    "=a",
    '=""',
    "()",
    "((",
    '""',
    "<>,",
    "*,",
  ],
];

describe("64 KiB of anything ends (RFC 3261 has no limits of its own)", () => {
  test.each([
    "Via: ",
    "From: ",
    "From: <sip:",
    'To: "',
    "Contact: ",
    "Contact: <sip:a@",
    "Contact: <sip:a@b;",
    "Call-ID: ",
    "CSeq: ",
    "CSeq: 1 ",
    "Max-Forwards: ",
    "Require: ",
    "Content-Type: a/b;",
    "Content-Length: ",
    "Route: ",
    "X: ",
    "",
  ])("in %j", (prefix) => {
    const name = prefix.slice(0, Math.max(prefix.indexOf(":"), 0));
    for (const trap of traps) consume(wire([...inviteLines({ [name]: undefined }), prefix + trap.repeat(size / trap.length)]));
  });

  test("in the start line", () => {
    for (const trap of traps) {
      const text = trap.repeat(size / trap.length);
      for (const start of [
        text,
        `INVITE ${text} SIP/2.0`,
        `INVITE sip:${text}@b SIP/2.0`,
        `INVITE sip:a@b;${text} SIP/2.0`,
        `SIP/2.0 200 ${text}`,
      ]) {
        consume(wire(inviteLines({ start })));
      }
    }
  });

  test("alone, and on a stream in one piece or byte by byte", () => {
    for (const trap of traps) {
      const bytes = Buffer.from(trap.repeat(size / trap.length));
      consume(bytes);
      const framer = new StreamFramer({ onMessage() {}, onMalformed() {}, onPing() {}, onPong() {}, onError() {} });
      framer.push(bytes);
    }
    const slow = new StreamFramer({ onMessage() {}, onMalformed() {}, onPing() {}, onPong() {}, onError() {} });
    for (let i = 0; i < size; i++) slow.push(Buffer.from("a"));
    expect(slow.isWithinMessage).toBe(true);
  });
});

test("a list of nothing but errors costs no more than another: after 32 of them the rest is left out too", () => {
  const errors = channel("sidetone:sip:malformed-field");
  const traced: unknown[] = [];
  const onError = (field: unknown): void => void traced.push(field);
  errors.subscribe(onError);
  const message = parseMessage(wire([...inviteLines(), `Route: <sip:a@b>, ${"a,".repeat(20_000)} <sip:c@d>`]));
  expect(message.getAll(Route).map(String)).toEqual(["<sip:a@b>"]);
  expect(traced).toHaveLength(32);
  expect(() => message.requireAll(Route)).toThrow("Route is not");
  errors.unsubscribe(onError);
});

test("a head of nothing but errors is refused with the first of them", () => {
  const lines = Array.from({ length: 400 }, () => "Via: nonsense");
  expect(() => parseMessage(wire(["INVITE sip:a@b SIP/2.0", ...lines]))).toThrow("Via is not");
});
