import { describe, expect, test } from "vitest";
import type { SipTarget } from "@sidetone/sip-transport";
import { rawScenario } from "./support/raw-scenario.ts";

/** A server of two addresses: nobody is at the first, the peer is at the second. */
async function setUp() {
  const parts = await rawScenario();
  const { alice, log } = parts;
  const targets: SipTarget[] = ["10.0.0.3", "10.0.0.2"].map((address) => ({
    transport: "UDP",
    address,
    port: 5060,
    hostName: "pbx.example.com",
  }));
  alice.core.transports.locate = () => Promise.resolve(targets);
  const sentTo = (address: string) => log.entries.filter(({ to, data }) => to.startsWith(address) && /^[A-Z]+ sip/.test(data.toString()));
  return { ...parts, targets, sentTo };
}

const options = { method: "OPTIONS", requestUri: "sip:pbx.example.com" };

describe("A request tries one target after the other (RFC 3263 §4.3)", () => {
  test("when nothing answers, in a new transaction with a branch of its own", async () => {
    const { alice, clock, peer, sentTo, expectNothingLeft } = await setUp();
    const answered = alice.core.request(options);
    await clock.advance(33_000);
    const tried = sentTo("10.0.0.3");
    const second = peer.lastRequest("OPTIONS");
    peer.respond(second, "200 OK");
    expect((await clock.advanceUntil(answered)).statusCode).toBe(200);
    const [first] = tried.map(({ data }) => data.toString());
    const branch = /branch=(z9hG4bK[^;\r]+)/;
    expect(branch.exec(first!)![1]).not.toBe(second.topVia.branch);
    expect(first).toContain(`Call-ID: ${second.callId}\r\n`);
    expect(first).toContain("CSeq: 1 OPTIONS\r\n");
    expect(second.sequenceNumber).toBe(1);
    await expectNothingLeft();
  });

  test("when the first says 503", async () => {
    const { alice, clock, peer, targets, expectNothingLeft } = await setUp();
    targets[0] = targets[1]!;
    const answered = alice.core.request(options);
    await clock.advance(10);
    peer.respond(peer.lastRequest("OPTIONS"), "503 Service Unavailable");
    await clock.advance(10);
    expect(peer.requests).toHaveLength(2);
    peer.respond(peer.lastRequest("OPTIONS"), "200 OK");
    expect((await clock.advanceUntil(answered)).statusCode).toBe(200);
    await expectNothingLeft();
  });

  test("and says 503 itself when the last one does", async () => {
    const { alice, clock, peer, targets, expectNothingLeft } = await setUp();
    targets.shift();
    const answered = alice.core.request(options);
    await clock.advance(10);
    peer.respond(peer.lastRequest("OPTIONS"), "503 Service Unavailable");
    expect((await clock.advanceUntil(answered)).statusCode).toBe(503);
    await expectNothingLeft();
  });

  test("when no flow leads to the first", async () => {
    const { alice, clock, peer, targets, expectNothingLeft } = await setUp();
    targets[0] = { ...targets[0]!, transport: "TLS" };
    const answered = alice.core.request(options);
    await clock.advance(5100);
    peer.respond(peer.lastRequest("OPTIONS"), "200 OK");
    expect((await clock.advanceUntil(answered)).statusCode).toBe(200);
    await expectNothingLeft();
  });

  test("and rejects with the last failure when none is left", async () => {
    const { alice, clock, targets, expectNothingLeft } = await setUp();
    targets.splice(0, 2, { ...targets[0]!, transport: "TLS" });
    await expect(clock.advanceUntil(alice.core.request(options))).rejects.toMatchObject({
      code: "DIALOG_UNREACHABLE",
      statusCode: 503,
      cause: { code: "SIP_TRANSPORT_CONNECT_FAILED" },
    });
    targets[0] = { ...targets[0]!, transport: "UDP" };
    await expect(clock.advanceUntil(alice.core.request(options))).rejects.toMatchObject({ code: "DIALOG_TIMEOUT", statusCode: 408 });
    await expectNothingLeft();
  });

  test("an INVITE too, but never after CANCEL", async () => {
    const { alice, clock, peer, sentTo, expectNothingLeft } = await setUp();
    const first = alice.call("sip:bob@pbx.example.com");
    await clock.advance(33_000);
    expect(peer.lastRequest("INVITE").callId).toBe(first.usage.callId);
    first.usage.cancel();
    await clock.advance(40_000);
    expect(first.events).toEqual(["local Cancelled"]);
    const second = alice.call("sip:bob@pbx.example.com");
    await clock.advance(10);
    second.usage.cancel();
    const before = peer.requests.length;
    await clock.advance(40_000);
    expect(second.events).toEqual(["local Cancelled"]);
    expect(peer.requests).toHaveLength(before);
    expect(sentTo("10.0.0.3").length).toBeGreaterThan(0);
    await expectNothingLeft();
  });
});

describe("request()", () => {
  test("gives up waiting when its signal is aborted", async () => {
    const { alice, clock, expectNothingLeft } = await setUp();
    const abort = new AbortController();
    const answered = alice.core.request({ ...options, signal: abort.signal }).catch((error: unknown) => error);
    await clock.advance(10);
    abort.abort(new Error("enough"));
    expect(await answered).toEqual(new Error("enough"));
    await expect(alice.core.request({ ...options, signal: abort.signal })).rejects.toThrow("enough");
    await expectNothingLeft();
  });

  test("tells of provisional responses", async () => {
    const { alice, clock, peer, peerUri, targets, expectNothingLeft } = await setUp();
    targets.shift();
    const seen: number[] = [];
    const answered = alice.core.request({ ...options, requestUri: peerUri, onProvisional: ({ statusCode }) => seen.push(statusCode) });
    await clock.advance(10);
    peer.respond(peer.lastRequest("OPTIONS"), "100 Trying");
    peer.respond(peer.lastRequest("OPTIONS"), "200 OK");
    await clock.advanceUntil(answered);
    expect(seen).toEqual([100]);
    await expectNothingLeft();
  });

  test("goes through a route, loose or strict (RFC 3261 §8.1.2)", async () => {
    const { alice, clock, peer, targets, expectNothingLeft } = await setUp();
    targets.shift();
    const loose = alice.core.request({ ...options, route: ["sip:proxy.example.com;lr"] });
    await clock.advance(10);
    expect(peer.lastRequest("OPTIONS").requestUriText).toBe("sip:pbx.example.com");
    expect(peer.lastRequest("OPTIONS").getAllText("Route")).toEqual(["<sip:proxy.example.com;lr>"]);
    peer.respond(peer.lastRequest("OPTIONS"), "200 OK");
    await clock.advanceUntil(loose);
    const strict = alice.core.request({ ...options, route: ["<sip:proxy.example.com;method=INVITE;x=y?Subject=z>"] });
    await clock.advance(10);
    expect(peer.lastRequest("OPTIONS").requestUriText).toBe("sip:proxy.example.com;x=y");
    expect(peer.lastRequest("OPTIONS").getAllText("Route")).toEqual(["<sip:pbx.example.com>"]);
    peer.respond(peer.lastRequest("OPTIONS"), "200 OK");
    await clock.advanceUntil(strict);
    await expectNothingLeft();
  });

  test("writes From, To, Call-ID, CSeq, Contact and whatever else it is given", async () => {
    const { alice, clock, peer, targets, expectNothingLeft } = await setUp();
    targets.shift();
    const answered = alice.core.request({
      ...options,
      from: '"Alice" <sip:alice@example.com>',
      to: "sip:desk@example.com",
      callId: "my-call-id",
      sequenceNumber: 17,
      contact: true,
      contactUser: "al ice",
      headers: [["Subject", "Grüße"]],
      body: { contentType: "text/plain", content: Buffer.from("hello") },
    });
    await clock.advance(10);
    const request = peer.lastRequest("OPTIONS");
    expect(request.getText("From")).toMatch(/^"Alice" <sip:alice@example\.com>;tag=[a-z0-9]{12}$/);
    expect(request.getText("To")).toBe("<sip:desk@example.com>");
    expect([request.callId, request.sequenceNumber]).toEqual(["my-call-id", 17]);
    expect(request.getText("Contact")).toBe("<sip:al%20ice@10.0.0.1:5060>");
    expect(request.getText("Subject")).toBe("Grüße");
    expect([request.contentType, request.body.toString()]).toEqual(["text/plain", "hello"]);
    peer.respond(request, "200 OK");
    await clock.advanceUntil(answered);
    await expectNothingLeft();
  });

  test("refuses what it cannot write, and INVITE, ACK and CANCEL", async () => {
    const { alice, expectNothingLeft } = await setUp();
    const attempts = [
      { ...options, headers: [["X-Evil", "a\r\nVia: b"]] as const },
      { ...options, requestUri: "not a uri" },
      { ...options, from: "<<>>" },
      ...["INVITE", "ACK", "CANCEL"].map((method) => ({ ...options, method })),
    ];
    for (const attempt of attempts) await expect(alice.core.request(attempt)).rejects.toMatchObject({ code: "DIALOG_OPTION" });
    expect(() => alice.call("not a uri")).toThrow(expect.objectContaining({ code: "DIALOG_OPTION" }));
    await expectNothingLeft();
  });

  test("runs interceptors before each sending", async () => {
    const seen: string[] = [];
    const { alice, clock, peer, peerUri, expectNothingLeft } = await rawScenario({
      interceptors: [
        (draft) => {
          seen.push(`${draft.method} ${draft.requestUri}`);
          draft.headers = [...draft.headers.filter(([name]) => name !== "X-Attempt"), ["X-Attempt", String(seen.length)]];
        },
      ],
    });
    const answered = alice.core.request({ ...options, requestUri: peerUri });
    await clock.advance(10);
    expect(peer.lastRequest("OPTIONS").getText("X-Attempt")).toBe("1");
    peer.respond(peer.lastRequest("OPTIONS"), "200 OK");
    await clock.advanceUntil(answered);
    expect(seen).toEqual([`OPTIONS ${peerUri}`]);
    await expectNothingLeft();
  });
});
