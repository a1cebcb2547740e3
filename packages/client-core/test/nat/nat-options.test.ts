import { ClientBuilder, type AccountOptions, type ClientEvents, type NatMode } from "@sidetone/client-core";
import { describe, expect, test } from "vitest";
import { behindNat, describedAudio, publicAddress, stunAddress, type BehindNatOptions } from "../support/behind-nat.ts";

/** A call of alice's with these options: what its descriptions and her Contact say. */
async function aCall(nat: NatMode, more: BehindNatOptions = {}) {
  const scene = await behindNat({ ...more, account: { nat } });
  const unknown: ClientEvents["publicAddressUnknown"][] = [];
  scene.alice.on("publicAddressUnknown", (event) => unknown.push(event));
  const beganAtMs = scene.clock.now();
  const calls = await scene.aliceCallsBob();
  const setUpMs = scene.clock.now() - beganAtMs;
  return { ...scene, calls, unknown, setUpMs, audio: () => describedAudio(scene.wire, "192.168.1.10") };
}

const inviteOf = (wire: { entries: readonly { data: Buffer; from: string }[] }): string =>
  wire.entries.map(({ data }) => data.toString()).findLast((text) => text.startsWith("INVITE sip:bob@example.com"))!;

describe("nat: off", () => {
  test("names our own address in Contact and description", async () => {
    const { audio, proxy } = await aCall("off", { nat: { kind: "full-cone" } });
    expect(audio()).toMatch(/^192\.168\.1\.10 \d+$/);
    expect(proxy.bindings.get("alice")).toBe("sip:alice@192.168.1.10:5060");
  });
});

describe("nat: { publicAddress }", () => {
  test("stands in Contact and description, with the ports of the sockets, whatever the registrar sees", async () => {
    const { audio, proxy, wire } = await aCall({ publicAddress: "203.0.113.50" });
    expect(audio()).toMatch(/^203\.0\.113\.50 1\d{4}$/);
    expect(proxy.bindings.get("alice")).toBe("sip:alice@203.0.113.50:5060");
    expect(proxy.registers.filter((request) => request.getText("To")!.includes("alice"))).toHaveLength(1);
    expect(inviteOf(wire)).toMatch(/^Contact: <sip:alice@203\.0\.113\.50:5060>/m);
  });

  test("may be one for signalling and one for media", async () => {
    const { audio, proxy } = await aCall({ publicAddress: { signalling: "203.0.113.50", media: "203.0.113.51" } });
    expect(audio()).toMatch(/^203\.0\.113\.51 1\d{4}$/);
    expect(proxy.bindings.get("alice")).toBe("sip:alice@203.0.113.50:5060");
  });

  test("for one of them leaves the other to be learned", async () => {
    const media = await aCall({ publicAddress: { media: "203.0.113.51" } });
    expect(media.audio()).toMatch(/^203\.0\.113\.51 /);
    expect(media.proxy.bindings.get("alice")).toBe(`sip:alice@${publicAddress}:40000`);
    const signalling = await aCall({ publicAddress: { signalling: "203.0.113.50" } });
    expect(signalling.proxy.bindings.get("alice")).toBe("sip:alice@203.0.113.50:5060");
  });

  test("is in the Contact of what we answer, too", async () => {
    const { bobCallsAlice, wire } = await behindNat({
      nat: { kind: "full-cone", firstPort: 5060 },
      account: { nat: { publicAddress } },
    });
    await bobCallsAlice();
    const answer = wire.entries
      .map(({ data }) => data.toString())
      .find((text) => text.startsWith("SIP/2.0 200") && text.includes("m=audio"));
    expect(answer).toMatch(new RegExp(`^Contact: <sip:alice@${publicAddress}:5060>`, "m"));
  });
});

describe("nat: { stun }", () => {
  test("writes a=rtcp where the NAT has not given consecutive ports (RFC 3605)", async () => {
    const { audio, nat } = await aCall({ stun: stunAddress }, { nat: { portStep: 2 } });
    const [, rtp, rtcp] = nat.mappings;
    expect(audio()).toBe(`${publicAddress} ${rtp!.publicPort} ${rtcp!.publicPort}`);
    expect(rtcp!.publicPort).toBe(rtp!.publicPort + 2);
  });

  test("asks the second server when the first is not there", async () => {
    const { audio, unknown, setUpMs } = await aCall({ stun: ["192.0.2.99", stunAddress] });
    expect(audio()).toMatch(new RegExp(`^${publicAddress} 4`));
    expect(unknown).toEqual([]);
    expect(setUpMs).toBeLessThan(300);
  });

  test.each<[string, NatMode, RegExp, string | undefined]>([
    ["what the registrar sees", { stun: stunAddress }, new RegExp(`^${publicAddress} 1`), publicAddress],
    ["the public address given", { stun: stunAddress, publicAddress: "203.0.113.50" }, /^203\.0\.113\.50 1/, "203.0.113.50"],
  ])("falls back in bounded time to %s, says so once, and asks no more for a minute", async (_name, nat, described, fallback) => {
    const { audio, unknown, setUpMs, clock, aliceCallsBob, alice, calls, wire } = await aCall(nat, { isStunDeaf: true });
    expect(setUpMs).toBeGreaterThanOrEqual(1500);
    expect(setUpMs).toBeLessThan(1600);
    expect(audio()).toMatch(described);
    expect(unknown).toMatchObject([{ fallback, error: { code: "SERVER_UNREACHABLE", cause: { code: "MEDIA_PUBLIC_ADDRESS_UNKNOWN" } } }]);
    expect(unknown[0]!.error.message).toContain(`${stunAddress}: nothing came within 1500 ms; session descriptions name ${fallback}`);
    await clock.advanceUntil(calls[0].hangUp());
    const asked = wire.entries.filter(({ kind }) => kind === "STUN").length;
    const beganAtMs = clock.now();
    await aliceCallsBob();
    expect(clock.now() - beganAtMs).toBeLessThan(100);
    expect(wire.entries.filter(({ kind }) => kind === "STUN")).toHaveLength(asked);
    expect(unknown).toHaveLength(1);
    expect(alice.calls).toHaveLength(1);
  });

  test("reports it as a NetworkEvent, too", async () => {
    const { alice, aliceCallsBob } = await behindNat({ account: { nat: { stun: stunAddress } }, isStunDeaf: true });
    const events: unknown[] = [];
    alice.events.on("NetworkEvent", (event) => events.push(event));
    await aliceCallsBob();
    expect(events).toMatchObject([
      { type: "NetworkEvent", kind: "PublicAddressUnknown", accountId: "default", fallback: publicAddress, priority: "High" },
    ]);
  });

  test("a call that is given up while the servers are asked sends no INVITE", async () => {
    const { alice, clock, wire } = await behindNat({ account: { nat: { stun: stunAddress } }, isStunDeaf: true });
    const outgoing = alice.dial("sip:bob@example.com");
    outgoing.answered.catch(() => {});
    await clock.advance(100);
    outgoing.cancel();
    await clock.advance(5000);
    expect(wire.sipStartLines.filter((line) => line.startsWith("INVITE"))).toEqual([]);
  });
});

describe("where nat is said", () => {
  test("an account's own goes before the client's", async () => {
    const nat: NatMode = { publicAddress: "203.0.113.50" };
    const clients = await behindNat({ alice: { nat } });
    expect(clients.proxy.bindings.get("alice")).toBe("sip:alice@203.0.113.50:5060");
    const accounts = await behindNat({ alice: { nat }, account: { nat: "off" } });
    expect(accounts.proxy.bindings.get("alice")).toBe("sip:alice@192.168.1.10:5060");
  });

  test("ClientBuilder.nat is the client's", async () => {
    const account: AccountOptions = { uri: "sip:alice@example.com" };
    const { client } = await new ClientBuilder().account(account).nat({ stun: "stun.example.org" }).build();
    expect(client.account.nat).toEqual({ stun: "stun.example.org" });
  });

  test("media.advertisedAddress stands before what the registrar sees", async () => {
    const { aliceCallsBob, wire } = await behindNat({ alice: { media: { advertisedAddress: "203.0.113.60" } } });
    await aliceCallsBob();
    expect(describedAudio(wire, "192.168.1.10")).toMatch(/^203\.0\.113\.60 /);
  });
});

describe("a call that does not go through the registrar", () => {
  test("to a phone beside us gets our own address", async () => {
    const { alice, nat, clock, wire } = await behindNat();
    const neighbour = nat.host("192.168.1.20");
    const outgoing = alice.dial(`sip:${neighbour.address}`);
    outgoing.answered.catch(() => {});
    await clock.advance(100);
    expect(describedAudio(wire, "192.168.1.10")).toMatch(/^192\.168\.1\.10 /);
    outgoing.cancel();
  });
});
