import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { readFileSync } from "node:fs";
import { beforeAll, afterAll, describe, expect, test } from "vitest";
import { freePorts } from "../peers/process/free-ports.ts";
import { PeerProcess } from "../peers/process/peer-process.ts";
import { answersOptions } from "../peers/process/sip-ping.ts";
import { offer, openRawCaller, type RawCaller, type RawMessage } from "./raw-caller.ts";

const file = fileURLToPath(new URL("../../bench/contenders/uas.mjs", import.meta.url));
let port: number;
let server: PeerProcess;

beforeAll(async () => {
  port = await freePorts(1);
  server = new PeerProcess(process.execPath, [file], { cwd: process.cwd(), atMostSeconds: 120, environment: { PORT: String(port) } });
  await answersOptions(port, { withinMs: 15_000 });
});
afterAll(() => server[Symbol.asyncDispose]());

/** Calls and acknowledges. */
async function establish(caller: RawCaller): Promise<RawMessage> {
  caller.send({ method: "INVITE", sequenceNumber: 1, branch: "invite", sdp: offer(1) });
  const ok = await caller.one(/ 200 /, "1 INVITE");
  caller.send({ method: "ACK", sequenceNumber: 1, branch: "ack", toTag: ok.toTag });
  return ok;
}

describe("the server that the benchmarks measure is a whole user agent", () => {
  test("in at most 60 lines", () => {
    expect(readFileSync(file, "utf8").split("\n").length).toBeLessThanOrEqual(60);
  });

  test("INVITE is answered with 180 and 200 and a negotiated answer, and BYE with 200", async () => {
    const caller = await openRawCaller(port);
    const ok = await establish(caller);
    const ringing = await caller.one(/ 180 /, "1 INVITE");
    expect(ringing.toTag).toBe(ok.toTag);
    expect(ok.sdpLine("m")).toMatch(/^audio \d+ RTP\/AVP 8 0$/);
    caller.send({ method: "BYE", sequenceNumber: 2, branch: "bye", toTag: ok.toTag });
    await caller.one(/ 200 /, "2 BYE");
  });

  test("a retransmitted INVITE gets the identical response", async () => {
    const caller = await openRawCaller(port);
    const invite = { method: "INVITE", sequenceNumber: 1, branch: "again", sdp: offer(1) };
    caller.send(invite);
    const ok = await caller.one(/ 200 /, "1 INVITE");
    for (let again = 0; again < 3; again++) caller.send(invite);
    await delay(700); // the 200 is retransmitted after T1, since nobody acknowledged it
    const all = caller.all(/ 200 /, "1 INVITE");
    expect(all.length).toBeGreaterThanOrEqual(2);
    expect(new Set(all.map(({ text }) => text))).toEqual(new Set([ok.text]));
    caller.send({ method: "ACK", sequenceNumber: 1, branch: "ack", toTag: ok.toTag });
    caller.send({ method: "BYE", sequenceNumber: 2, branch: "bye", toTag: ok.toTag });
    await caller.one(/ 200 /, "2 BYE");
  });

  test("a BYE with another tag is answered with 481, and the call goes on", async () => {
    const caller = await openRawCaller(port);
    const ok = await establish(caller);
    caller.send({ method: "BYE", sequenceNumber: 2, branch: "wrong", toTag: "another" });
    await caller.one(/ 481 /, "2 BYE");
    caller.send({ method: "BYE", sequenceNumber: 3, branch: "right", toTag: ok.toTag });
    await caller.one(/ 200 /, "3 BYE");
  });

  test("a re-INVITE is answered with the same tag, an answer of its own and the hold that it asks for", async () => {
    const caller = await openRawCaller(port);
    const ok = await establish(caller);
    caller.send({ method: "INVITE", sequenceNumber: 2, branch: "hold", toTag: ok.toTag, sdp: offer(2, "sendonly") });
    const held = await caller.one(/ 200 /, "2 INVITE");
    caller.send({ method: "ACK", sequenceNumber: 2, branch: "ack2", toTag: ok.toTag });
    expect(held.toTag).toBe(ok.toTag);
    expect(held.text).toMatch(/^a=recvonly\r$/m);
    expect(caller.all(/ 180 /, "2 INVITE")).toEqual([]);
    caller.send({ method: "BYE", sequenceNumber: 3, branch: "bye", toTag: ok.toTag });
    await caller.one(/ 200 /, "3 BYE");
  });

  test("a 200 that nobody acknowledges is retransmitted for 64·T1, and then the call is ended with BYE", async () => {
    const caller = await openRawCaller(port);
    const startedMs = Date.now();
    caller.send({ method: "INVITE", sequenceNumber: 1, branch: "deaf", sdp: offer(1) });
    const bye = await caller.one(/^BYE /, "1 BYE", { withinMs: 40_000 });
    expect(Date.now() - startedMs).toBeGreaterThan(31_500);
    caller.accept(bye);
    const all = caller.all(/ 200 /, "1 INVITE");
    // 0, 0.5, 1.5, 3.5, 7.5, 11.5 … 31.5 s (RFC 3261 §13.3.1.4)
    expect(all.length).toBeGreaterThanOrEqual(10);
    expect(new Set(all.map(({ text }) => text)).size).toBe(1);
    expect(bye.header("To")).toContain("tag=raw");
  });
});
