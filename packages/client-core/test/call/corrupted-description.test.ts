import type { Call, ClientError } from "@sidetone/client-core";
import { describe, expect, onTestFinished, test } from "vitest";
import { description } from "../support/descriptions.ts";
import { RawPeer } from "../support/raw-peer.ts";
import { scenario } from "../support/scenario.ts";

// RFC 3261 §13.3.1.3 and §14.2: an offer that cannot be accepted is answered 488. An answer that makes no sense ends the call that it was
// to begin; the ports that were bound for it are free again.

const good = description("10.0.0.9", 4000);
const withMedia = (line: string): string => good.replace(/^m=.*$/m, line);

const corrupted: Readonly<Record<string, string>> = {
  "is no text": "\0\xff\x01\x7f",
  "has no version": good.replace("v=0\r\n", ""),
  "has a line that is none": good.replace("s=-", "session"),
  "has no connection": good.replace(/^c=.*\r\n/m, ""),
  "names an address that is none": good.replace("c=IN IP4 10.0.0.9", "c=IN IP4 300.1.1.1"),
  "names an address of no known type": good.replace("c=IN IP4", "c=IN IPX"),
  "names an address of no known network": good.replace("c=IN IP4", "c=ATM IP4"),
  "names a host that nobody knows": good.replace("c=IN IP4 10.0.0.9", "c=IN IP4 nowhere.example"),
  "names a multicast address": good.replace("c=IN IP4 10.0.0.9", "c=IN IP4 224.2.1.1/127"),
  "names a port that is none": withMedia("m=audio 99999 RTP/AVP 0"),
  "names payload types that are none": withMedia("m=audio 4000 RTP/AVP 999 -1 x"),
  "names a codec that is not here": withMedia("m=audio 4000 RTP/AVP 18"),
  "wants another profile": withMedia("m=audio 4000 RTP/SAVP 0"),
  "has more streams than anybody needs": withMedia("m=audio 4000 RTP/AVP 0\r\n".repeat(1000).trimEnd()),
  "is cut off": good.slice(0, good.indexOf("m=") + 12),
};

/** Alice, who answers every call, and a peer without a stack that calls her. */
async function setUp() {
  const pair = await scenario();
  const { alice, clock, network, settle, environments } = pair;
  const peer = await settle(new RawPeer(network.host("10.0.0.9"), "10.0.0.1").open());
  onTestFinished(() => peer.close());
  const ports = (): number => environments.alice.network.openSockets;
  const before = ports();
  const calls: Call[] = [];
  /** What became of each answer. */
  const answers: Promise<unknown>[] = [];
  alice.onIncoming((incoming) => {
    calls.push(incoming.call);
    answers.push(incoming.answer().catch((error: unknown) => error));
  });
  const send = async (method: string, cseq: number, body = "", tag = ""): Promise<void> => {
    peer.send(
      `${method} sip:alice@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bK${method}${cseq}\r\nMax-Forwards: 70\r\n` +
        `From: <sip:raw@10.0.0.9>;tag=raw\r\nTo: <sip:alice@10.0.0.1>${tag}\r\nCall-ID: raw\r\nCSeq: ${cseq} ${method}\r\n` +
        `Contact: <${peer.uri}>\r\n${body && "Content-Type: application/sdp\r\n"}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    await clock.advance(20);
  };
  /** Status codes of alice's final responses so far. */
  const finals = (): number[] =>
    pair.wire.sipStartLines.map((line) => Number(/^SIP\/2.0 ([2-6]\d\d)/.exec(line)?.[1])).filter((code) => code > 0);
  const tag = (): string =>
    `;tag=${/^To:.*;tag=([\w-]+)/m.exec(String(pair.wire.entries.findLast(({ kind }) => kind === "SIP")!.data))![1]}`;
  const established = async (): Promise<string> => {
    await send("INVITE", 1, good);
    const of = tag();
    await send("ACK", 1, "", of);
    return of;
  };
  /** The call is over on the wire too: alice's BYE is answered. */
  const expectEndedByAlice = async (): Promise<void> => {
    expect(peer.methods).toMatch(/BYE$/);
    peer.respond("BYE", "200 OK");
    await clock.advance(10);
    expect([alice.callCount, ports()]).toEqual([0, before]);
  };
  return { ...pair, peer, ports, before, calls, answers, send, finals, tag, established, expectEndedByAlice };
}

describe.each(Object.entries(corrupted))("a description that %s", (_how, sdp) => {
  test("in an INVITE: 488, and no port stays open", async () => {
    const { alice, calls, answers, ports, before, send, finals, tag } = await setUp();
    await send("INVITE", 1, sdp);
    const of = tag();
    expect(finals()).toEqual([488]);
    expect([alice.callCount, ports()]).toEqual([0, before]);
    expect(await calls[0]!.ended).toMatchObject({ cause: "MediaFailed" });
    expect(await answers[0]).toMatchObject({ category: "media" });
    await send("ACK", 1, "", of);
  });

  test("in a re-INVITE: 488, and the call goes on as it was", async () => {
    const { calls, clock, settle, peer, ports, before, send, finals, established } = await setUp();
    const of = await established();
    const codec = calls[0]!.codec;
    await send("INVITE", 2, sdp, of);
    expect(finals()).toEqual([200, 488]);
    await send("ACK", 2, "", of);
    const sent = calls[0]!.statistics()!.packetsSent;
    await clock.advance(1000);
    expect([calls[0]!.phase, calls[0]!.codec, ports()]).toEqual(["Connected", codec, before + 2]);
    expect(calls[0]!.statistics()!.packetsSent).toBeGreaterThanOrEqual(sent + 49);
    const ended = calls[0]!.hangUp();
    await clock.advance(10);
    peer.respond("BYE", "200 OK");
    await settle(ended);
  });

  test.each([
    ["the INVITE had no offer", false],
    ["the re-INVITE had none", true],
  ])("in the ACK, where %s: BYE, and no port stays open", async (_where, isModification) => {
    const { calls, send, tag, established, expectEndedByAlice } = await setUp();
    const of = isModification ? await established() : undefined;
    const cseq = isModification ? 2 : 1;
    await send("INVITE", cseq, "", of);
    await send("ACK", cseq, sdp, of ?? tag());
    await expectEndedByAlice();
    expect(await calls[0]!.ended).toMatchObject({ cause: "MediaFailed", endedBy: "local" });
  });

  test("in the answer to our offer: ACK and BYE, a typed error, and no port stays open", async () => {
    const { alice, clock, peer, expectEndedByAlice } = await setUp();
    const error = alice.call("sip:raw@10.0.0.9").catch((reason: unknown) => reason as ClientError);
    await clock.advance(20);
    peer.respond("INVITE", "200 OK", { body: sdp });
    await clock.advance(20);
    await expectEndedByAlice();
    expect(await error).toMatchObject({ category: "media" });
  });
});
