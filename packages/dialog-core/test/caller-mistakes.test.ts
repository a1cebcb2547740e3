import { describe, expect, test } from "vitest";
import { createUserAgentCore, type InviteOptions, type UserAgentCoreOptions } from "@sidetone/dialog-core";
import { rawScenario } from "./support/raw-scenario.ts";
import type { IncomingTestCall } from "./support/test-agent.ts";

/** A call that the peer makes, and that nobody has decided on. */
async function setUp() {
  const parts = await rawScenario();
  const { alice, peer, clock } = parts;
  peer.request("INVITE", { requestUri: alice.uri, to: `<${alice.uri}>`, cseq: 1, body: "offer" });
  await clock.advance(10);
  return { ...parts, call: alice.lastCall };
}

type Mistake = readonly [what: string, code: string, (usage: IncomingTestCall["usage"]) => void];

const injected = ["X-Team", "7\r\nVia: SIP/2.0/UDP evil"] as const;
const mistakes: readonly Mistake[] = [
  ["answer with a Content-Type", "SIP_HEADER_INVALID", (usage) => usage.answer({ headers: [["Content-Type", "text/plain"]] })],
  ["answer with it in its compact form", "SIP_HEADER_INVALID", (usage) => usage.answer({ headers: [["c", "text/plain"]] })],
  ["answer with a Content-Encoding", "SIP_HEADER_INVALID", (usage) => usage.answer({ headers: [["Content-Encoding", "gzip"]] })],
  ["answer with a Contact", "SIP_HEADER_INVALID", (usage) => usage.answer({ headers: [["Contact", "<sip:evil@example.com>"]] })],
  ["answer with a line break", "SIP_HEADER_INVALID", (usage) => usage.answer({ headers: [injected] })],
  [
    "early media with a Content-Disposition",
    "SIP_HEADER_INVALID",
    (usage) => usage.ring({ earlyMedia: true, headers: [["Content-Disposition", "render"]] }),
  ],
  ["ring with a line break in the phrase", "SIP_START_LINE_INVALID", (usage) => usage.ring({ reasonPhrase: "Ringing\r\nX: y" })],
  ["reject with a line break", "SIP_HEADER_INVALID", (usage) => usage.reject(486, { headers: [injected] })],
  ["reject with 200", "DIALOG_OPTION", (usage) => usage.reject(200)],
  ["redirect with 200", "DIALOG_OPTION", (usage) => usage.redirect(["sip:b@example.com"], { statusCode: 200 as 302 })],
  ["redirect to nobody", "DIALOG_OPTION", (usage) => usage.redirect([])],
  ["redirect with a line break", "SIP_HEADER_INVALID", (usage) => usage.redirect(["sip:b@example.com>\r\nX: <y"])],
  ["terminate with 200", "DIALOG_OPTION", (usage) => usage.terminate({ statusCode: 200 })],
  ["terminate with 42", "DIALOG_OPTION", (usage) => usage.terminate({ statusCode: 42 })],
  ["terminate with a line break", "SIP_HEADER_INVALID", (usage) => usage.terminate({ headers: [["Reason", "SIP\r\nX: y"]] })],
];

describe("a mistake of the application's throws before anything is sent or changed", () => {
  test.each(mistakes)("%s: %s", async (_what, code, act) => {
    const { call, peer, clock, expectNothingLeft } = await setUp();
    expect(() => act(call.usage)).toThrow(expect.objectContaining({ code }) as Error);
    expect(call.usage.state).toBe("Trying");
    await clock.advance(10);
    expect(peer.statusCodes).toEqual([]);
    call.usage.reject(486);
    await clock.advance(10);
    expect(peer.statusCodes).toEqual([486]);
    await expectNothingLeft();
  });

  test.each<readonly [what: string, Partial<InviteOptions>]>([
    ["a Call-ID with a line break", { callId: "a\r\nX: y" }],
    ["a Call-ID with a blank", { callId: "a b" }],
    ["a sequence number of 2³¹", { sequenceNumber: 2 ** 31 }],
    ["a sequence number that is none", { sequenceNumber: 1.5 }],
    ["a second route that is none", { route: ["<sip:10.0.0.2;lr>", "x\r\nX: y"] }],
    ["a Request-URI with headers (RFC 3261 §19.1.1, Table 1)", { requestUri: "sip:raw@10.0.0.2?Subject=x" }],
  ])("an INVITE with %s: DIALOG_OPTION", async (_what, options) => {
    const { alice, peer, peerUri, clock } = await setUp();
    expect(() => alice.call(peerUri, options)).toThrow(expect.objectContaining({ code: "DIALOG_OPTION" }) as Error);
    await clock.advance(10);
    expect(peer.requests).toEqual([]);
  });

  test("a request with a Via of the application's, whose response would belong to nobody (§8.1.3.3), is not sent", async () => {
    const { alice, peer, peerUri } = await setUp();
    const request = alice.core.request({ method: "MESSAGE", requestUri: peerUri, headers: [["Via", "SIP/2.0/UDP 10.0.0.9"]] });
    await expect(request).rejects.toMatchObject({ code: "DIALOG_OPTION", cause: { code: "SIP_HEADER_INVALID" } });
    expect(peer.requests).toEqual([]);
  });

  test("a request within the dialog with a Route of the application's is not sent", async () => {
    const { call, clock, peer } = await setUp();
    call.usage.ring();
    await clock.advance(10);
    const request = call.usage.sendRequest({ method: "INFO", headers: [["Route", "<sip:10.0.0.9;lr>"]] });
    await expect(request).rejects.toMatchObject({ code: "SIP_HEADER_INVALID" });
    expect(peer.requests).toEqual([]);
  });
});

test.each<readonly [what: string, Partial<UserAgentCoreOptions>]>([
  ["a userAgent with a line break", { userAgent: "x\r\nVia: y" }],
  ["a body type without a subtype", { acceptedBodyTypes: ["application/sdp", "text"] }],
  ["a body type with a line break", { acceptedBodyTypes: ["a/b\r\nX: y"] }],
  ["a T1 of 0", { timers: { T1: 0 } }],
  ["a T2 that is no number", { timers: { T2: Number.NaN } }],
  ["a delay before 100 below 0", { timers: { tryingDelayMs: -1 } }],
  ["a limit below 0", { limits: { inviteUsages: -1 } }],
  ["a way of ringing that does not exist", { ringing: "never" as "manual" }],
  ["a method that nobody knows", { allowedMethods: ["FOO"] }],
])("a core with %s is not made", async (_what, options) => {
  const { alice } = await rawScenario();
  const make = () => createUserAgentCore(alice.environment, alice.transports, { user: alice, ...options });
  expect(make).toThrow(expect.objectContaining({ code: "DIALOG_OPTION" }) as Error);
});
