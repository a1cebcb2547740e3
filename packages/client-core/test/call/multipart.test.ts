import { describe, expect, test } from "vitest";
import { description } from "../support/descriptions.ts";
import { RawPeer } from "../support/raw-peer.ts";
import { scenario } from "../support/scenario.ts";

describe("an offer in a multipart body (RFC 5621)", () => {
  test("is the caller's session description, and is answered", async () => {
    const { bob, environments, clock } = await scenario();
    const peer = await new RawPeer(environments.alice.virtualNetwork.host("10.0.0.9"), "10.0.0.2").open();
    const sdp = description("10.0.0.9", 40_000);
    let heard: string | undefined;
    bob.onIncoming((incoming) => {
      heard = incoming.remoteSdp;
      return incoming.answer();
    });
    const body = `--x\r\nContent-Type: text/plain\r\n\r\nhello\r\n--x\r\nContent-Type: application/sdp\r\n\r\n${sdp}\r\n--x--\r\n`;
    peer.send(
      [
        "INVITE sip:bob@10.0.0.2 SIP/2.0",
        "Via: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bK1",
        "Max-Forwards: 70",
        "From: <sip:raw@10.0.0.9>;tag=raw",
        "To: <sip:bob@10.0.0.2>",
        "Call-ID: raw-1",
        "CSeq: 1 INVITE",
        "Contact: <sip:raw@10.0.0.9>",
        'Content-Type: multipart/mixed;boundary="x"',
        `Content-Length: ${body.length}`,
        "",
        body,
      ].join("\r\n"),
    );
    await clock.advance(10);
    expect(heard).toBe(sdp);
    expect(bob.calls[0]!.negotiatedMedia!.remotePort).toBe(40_000);
    await peer.close();
  });
});
