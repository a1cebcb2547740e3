import { describe, expect, test } from "vitest";
import type { Call } from "@sidetone/client-core";
import { ToneSource, type AudioSource } from "@sidetone/media-core";
import { listen, rejection, scenario } from "../support/scenario.ts";

/** A program in plain JavaScript, which no compiler has checked. */
type Unchecked = any;

describe("what a call is asked for and does not understand", () => {
  test.each<[what: string, ask: (call: Unchecked) => unknown]>([
    ["play: lop", (call) => call.play("a.wav", { lop: true })],
    ["play: no source", (call) => call.play({ url: "a.wav" })],
    ["play: nothing", (call) => call.play()],
    ["record: chanels", (call) => call.record("a.wav", { chanels: "separate" })],
    ["sendDtmf: duration", (call) => call.sendDtmf("1", { duration: 200 })],
    ["sendDtmf: nothing", (call) => call.sendDtmf()],
    ["setVolume: loudness", (call) => call.setVolume({ loudness: 1 })],
    ["setVolume: nothing", (call) => call.setVolume()],
    ["audio.in: rate", (call) => call.audio.in({ rate: 8000 })],
    ["write: bytes", (call) => call.audio.out.write(Buffer.alloc(320), { sampleRate: 8000 })],
    ["write: floats", (call) => call.audio.out.write(new Float32Array(160), { sampleRate: 8000 })],
    ["write: no rate", (call) => call.audio.out.write(new Int16Array(160))],
    ["hangUp: reason", (call) => call.hangUp({ reason: "because" })],
    ["modify: nothing", (call) => call.modify()],
    ["request: a method of two words", (call) => call.request({ method: "IN FO" })],
    ["request: header", (call) => call.request({ method: "INFO", header: [] })],
    ["request: headers as an object", (call) => call.request({ method: "INFO", headers: { "X-Team": "7" } })],
  ])("is refused and changes nothing (%s)", async (_what, ask) => {
    const { connect, settle, signalling } = await scenario();
    const { call } = await connect();
    const before = signalling();
    expect(await settle(rejection(Promise.resolve().then(() => ask(call))))).toMatchObject({ name: "ClientError", code: "CONFIG_INVALID" });
    expect(signalling()).toBe(before);
    expect(call.phase).toBe("Connected");
  });

  test.each<[what: string, decide: (incoming: Unchecked) => unknown]>([
    ["answer", (incoming) => incoming.answer({ header: [] })],
    ["reject", (incoming) => incoming.reject(486, { reason: "busy" })],
    ["redirect", (incoming) => incoming.redirect("sip:c@d", { code: 301 })],
    ["ring", (incoming) => incoming.ring({ code: 183 })],
  ])("leaves an incoming call undecided (%s)", async (_what, decide) => {
    const { alice, bobUri, nextIncoming, settle } = await scenario();
    const outgoing = alice.dial(bobUri);
    const incoming = await nextIncoming();
    expect(await rejection(Promise.resolve().then(() => decide(incoming)))).toMatchObject({ code: "CONFIG_INVALID" });
    expect(incoming.decided).toBe(false);
    outgoing.cancel();
    await settle(incoming.call.ended);
  });

  test.each<[what: string, ask: (client: Unchecked) => unknown]>([
    ["no target", (client) => client.call()],
    ["no options", (client) => client.call("sip:b@10.0.0.2", null)],
    ["headers as an object", (client) => client.call("sip:b@10.0.0.2", { headers: { "X-Team": "7" } })],
    ["a handler that is no function", (client) => client.onIncoming({ answer: true })],
    ["codecs as text", (client) => client.preferCodecs("PCMU")],
    ["a request of no method", (client) => client.userAgent.request({ requestUri: "sip:h" })],
    ["a request without options", (client) => client.userAgent.request()],
    ["a request with a misspelt option", (client) => client.userAgent.request({ method: "OPTIONS", requestUri: "sip:h", header: [] })],
  ])("is refused by the client with a ClientError (%s)", async (_what, ask) => {
    const { alice } = await scenario();
    const error = await rejection(Promise.resolve().then(() => ask(alice)));
    expect(error).toMatchObject({ name: "ClientError", code: expect.stringMatching(/^(CONFIG_INVALID|SIP_URI_INVALID)$/) as string });
  });
});

describe("header fields of the application's", () => {
  test.each([["User-Agent"], ["Supported"], ["k"], ["Allow"], ["Session-Expires"], ["RSeq"], ["Via"], ["content-type"]])(
    "are not %s, which only the stack can keep true",
    async (name) => {
      const { alice, bobUri, nextIncoming, settle } = await scenario();
      const headers = [[name, "1"]] as const;
      expect(() => alice.dial(bobUri, { headers })).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
      const outgoing = alice.dial(bobUri, { headers: [["X-Team", "7"]] });
      const incoming = await nextIncoming();
      expect(incoming.header("X-Team")).toBe("7");
      expect(await rejection(incoming.answer({ headers }))).toMatchObject({ code: "CONFIG_INVALID" });
      outgoing.cancel();
      await settle(incoming.call.ended);
    },
  );

  test("may say in a request of the application's own what that supports", async () => {
    const { alice, bobUri, settle } = await scenario();
    const options = { method: "OPTIONS", requestUri: bobUri, headers: [["Supported", "path"]] as const };
    expect(await settle(alice.userAgent.request(options))).toMatchObject({ statusCode: 200 });
  });
});

describe("playing", () => {
  const file = new URL("../../../../examples/media/answer.wav", import.meta.url).pathname;

  test("what is asked for later is heard, however long the file of an earlier wish takes to open", async () => {
    const { connect, clock } = await scenario();
    const { call, bobs } = await connect();
    const heard = listen(bobs);
    const first = call.play(file);
    const second = call.play(new ToneSource({ frequenciesHz: [440] }));
    expect(await first).toEqual({ playedMs: 0, completed: false });
    await clock.advance(1000);
    expect(heard.toneHz()).toBe(440);
    call.stopPlaying();
    expect(await clock.advanceUntil(second)).toMatchObject({ completed: false });
  });

  test("stopping also stops what is still being opened", async () => {
    const { connect } = await scenario();
    const { call } = await connect();
    const playing = call.play(file);
    call.stopPlaying();
    expect(await playing).toEqual({ playedMs: 0, completed: false });
    expect(call.isPlaying).toBe(false);
  });

  test("a source that throws ends its own playing and nothing else", async () => {
    const { connect, clock } = await scenario();
    const { call, bobs } = await connect();
    const broken: AudioSource = { read: () => fail("no samples"), close: () => fail("not closed") };
    expect(await clock.advanceUntil(rejection(call.play(broken)))).toMatchObject({ message: "no samples" });
    const heard = listen(bobs);
    void (call as Call).play(new ToneSource({ frequenciesHz: [440] }));
    await clock.advance(1000);
    expect(heard.toneHz()).toBe(440);
  });
});

function fail(message: string): never {
  throw new Error(message);
}
