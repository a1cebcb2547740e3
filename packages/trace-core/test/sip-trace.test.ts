import { sipTraceChannel } from "@sidetone/infra-common";
import { drawLadder, redact, SipTrace, type SipTraceRecord } from "@sidetone/trace-core";
import { describe, expect, onTestFinished, test } from "vitest";

const alice = "192.0.2.1:5060";
const bob = "192.0.2.2:5060";
const invite = "INVITE sip:bob@192.0.2.2 SIP/2.0\r\nCSeq: 1 INVITE\r\n\r\nv=0\r\n";
const ringing = "SIP/2.0 180 Ringing\r\nCSeq: 1 INVITE\r\n\r\n";

function setUp() {
  const trace = new SipTrace();
  onTestFinished(() => trace.stop());
  const publish = (direction: SipTraceRecord["direction"], local: string, remote: string, text: string, timeMs: number, reason?: string) =>
    sipTraceChannel.publish({ direction, transport: "UDP", local, remote, bytes: Buffer.from(text), timeMs, reason });
  return { trace, publish };
}

describe("SipTrace", () => {
  test("counts a message whose two ends are both in the process once", () => {
    const { trace, publish } = setUp();
    publish("sent", alice, bob, invite, 1000);
    publish("received", bob, alice, invite, 1001);
    publish("sent", bob, alice, ringing, 1005);
    publish("received", alice, bob, ringing, 1006);
    expect(trace.entries.map((entry) => [entry.atMs, entry.from, entry.to])).toEqual([
      [0, alice, bob],
      [5, bob, alice],
    ]);
  });

  test("shows what only arrived, and what was dropped with the reason", () => {
    const { trace, publish } = setUp();
    publish("received", bob, alice, invite, 0);
    publish("dropped", bob, alice, "SIP/2.0 200 OK\r\nCSeq: 1 INVITE\r\n\r\n", 1, "not our Via");
    expect(trace.entries).toHaveLength(2);
    expect(trace.ladder()).toContain("✗ not our Via");
  });

  test("stops listening when disposed", () => {
    const { trace, publish } = setUp();
    trace.stop();
    publish("sent", alice, bob, invite, 0);
    expect(trace.entries).toHaveLength(0);
  });
});

describe("the ladder", () => {
  test("draws an arrow per message between the columns of sender and receiver", () => {
    const entry = (from: string, to: string, text: string, atMs: number) => ({ atMs, transport: "UDP", from, to, text });
    const drawn = drawLadder([entry(alice, bob, invite, 0), entry(bob, alice, ringing, 12), entry(bob, alice, ringing, 512)], {
      names: { [alice]: "alice", [bob]: "bob" },
      columnWidth: 36,
    });
    expect(drawn.split("\n")).toEqual([
      "          alice                               bob",
      "    time  192.0.2.1:5060                      192.0.2.2:5060",
      "   0.000  │────────── INVITE (SDP) ──────────▶│",
      "   0.012  │◀────────── 180 Ringing ───────────│",
      "   0.512  │◀── 180 Ringing (retransmission) ──│",
    ]);
  });
});

describe("redaction", () => {
  test("removes the digest response, SDES keys and URI passwords and leaves the rest", () => {
    const text =
      'REGISTER sip:a:pw@h SIP/2.0\r\nAuthorization: Digest username="u", nonce="n", response="abc", cnonce="c"\r\nX: response="kept"\r\n\r\n' +
      "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj|2^20\r\n";
    const clean = redact(text);
    expect(clean).not.toMatch(/abc|d0Rm|:pw@/);
    expect(clean).toContain('nonce="n"');
    expect(clean).toContain('X: response="kept"');
  });

  test.each([
    ["a folded field (RFC 3261 §7.3.1)", 'Authorization: Digest username="u",\r\n  nonce="n",\r\n\tresponse="SECRET"\r\nX: 1'],
    ["what the server proves itself with", 'Authentication-Info: rspauth="SECRET", nc=00000001'],
    ["Basic and Bearer", "Authorization: Basic SECRET\r\nProxy-Authorization: Bearer SECRET.x"],
    ["every key of a crypto attribute (RFC 4568)", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:SECRET|2^20;inline:SECRET|2^20"],
    ["k=, MIKEY and ICE", "k=clear:SECRET\r\na=key-mgmt:mikey SECRET\r\na=ice-pwd:SECRET"],
    ["credentials in a URI", "Refer-To: <sip:b@h?Authorization=Digest%20response%3DSECRET&Replaces=kept>"],
  ])("removes %s", (_what, text) => {
    const clean = redact(`${text}\r\nLast: kept\r\n`);
    expect(clean).not.toContain("SECRET");
    expect(clean).toContain("\r\nLast: kept\r\n");
    expect(clean.split("\r\n")).toHaveLength(`${text}\r\nLast: kept\r\n`.split("\r\n").length);
  });
});
