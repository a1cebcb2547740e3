import { createClient } from "@sidetone/client-core";
import { virtualEnvironment } from "@sidetone/testkit";
import { describe, expect, test } from "vitest";
import { description } from "../support/descriptions.ts";
import { external, rejection, scenario } from "../support/scenario.ts";

const alices = (direction = "sendrecv", version = 1): string => description("10.0.0.1", 30_000, { direction, version });
const bobs = (direction = "sendrecv", version = 1): string => description("10.0.0.2", 40_000, { direction, version });

describe("external media", () => {
  test("passes descriptions as they are, and opens no port", async () => {
    const { alice, bobUri, nextIncoming, settle, environments, clock } = await scenario({ both: external });
    const open = [environments.alice.network.openSockets, environments.bob.network.openSockets];
    const outgoing = alice.dial(bobUri, { sdp: alices() });
    const incoming = await nextIncoming();
    expect(incoming.remoteSdp).toBe(alices());
    void incoming.answer({ sdp: bobs() });
    const call = await settle(outgoing.answered);
    await clock.advance(10);
    expect([call.remoteSdp, incoming.call.remoteSdp]).toEqual([bobs(), alices()]);
    expect([environments.alice.network.openSockets, environments.bob.network.openSockets]).toEqual(open);
    expect([call.state, incoming.call.state]).toEqual(["Connected", "Connected"]);
  });

  test("is made by the client's functions, or by those of the call", async () => {
    const heard: string[] = [];
    const { alice, bob, bobUri, settle } = await scenario({
      alice: { ...external, external: { createOffer: () => "v=0 never\r\n", onAnswer: (answer, kind) => heard.push(kind, answer) } },
      bob: { ...external, external: { answerOffer: async (offer) => (offer === alices() ? bobs() : "wrong") } },
    });
    bob.onIncoming((incoming) => incoming.answer());
    const call = await settle(
      alice.call(bobUri, {
        external: { createOffer: async () => alices(), onAnswer: (answer, kind) => heard.push(`call ${kind}`, answer) },
      }),
    );
    expect(call.remoteSdp).toBe(bobs());
    expect(heard).toEqual(["call final", bobs()]);
  });

  test("early: the answer goes with the 183 and is previewed", async () => {
    const heard: string[] = [];
    const { alice, bobUri, nextIncoming, settle, clock } = await scenario({ both: external });
    const outgoing = alice.dial(bobUri, { sdp: alices(), external: { onAnswer: (_answer, kind) => heard.push(kind) } });
    const incoming = await nextIncoming();
    incoming.ring({ sdp: bobs() });
    await clock.advance(10);
    expect([outgoing.call.remoteSdp, heard]).toEqual([bobs(), ["provisional"]]);
    void incoming.answer();
    await settle(outgoing.answered);
    expect(heard).toEqual(["provisional", "final"]);
  });

  test("early: the answer may be given again with the 200, another may not, and none is kept for a later offer", async () => {
    const { alice, bobUri, nextIncoming, settle, clock } = await scenario({ both: external });
    const outgoing = alice.dial(bobUri, { sdp: alices() });
    const incoming = await nextIncoming();
    incoming.ring({ sdp: bobs() });
    expect(await rejection(incoming.answer({ sdp: bobs("sendonly") }))).toMatchObject({ code: "CONFIG_INVALID" });
    void incoming.answer({ sdp: bobs() });
    const call = await settle(outgoing.answered);
    await clock.advance(10);
    expect(await settle(rejection(call.modify({ sdp: alices("sendonly", 2) })))).toMatchObject({
      code: "CALL_MODIFICATION_REFUSED",
      statusCode: 488,
    });
  });

  test.each([[5], [{ version: 0 }]])("what is no text goes nowhere (%j)", async (sdp) => {
    const { alice, bobUri, nextIncoming, settle, clock } = await scenario({ both: external });
    const wrong = { sdp: sdp as unknown as string };
    expect(() => alice.dial(bobUri, wrong)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
    const outgoing = alice.dial(bobUri, { sdp: alices() });
    const incoming = await nextIncoming();
    expect(() => incoming.ring(wrong)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
    expect(await rejection(incoming.answer(wrong))).toMatchObject({ code: "CONFIG_INVALID" });
    void incoming.answer({ sdp: bobs() });
    const call = await settle(outgoing.answered);
    await clock.advance(10);
    expect(await rejection(call.modify(wrong))).toMatchObject({ code: "CONFIG_INVALID" });
  });

  test("late: the 200 carries the offer, the ACK the answer", async () => {
    const { alice, bobUri, nextIncoming, settle, clock } = await scenario({ both: external });
    const outgoing = alice.dial(bobUri, { lateOffer: true, sdp: alices() });
    const incoming = await nextIncoming();
    expect(incoming.remoteSdp).toBeUndefined();
    void incoming.answer({ sdp: bobs() });
    const call = await settle(outgoing.answered);
    await clock.advance(10);
    expect([call.remoteSdp, incoming.call.remoteSdp]).toEqual([bobs(), alices()]);
  });

  test("a re-INVITE offers a new description either way", async () => {
    let version = 1;
    const { alice, bob, bobUri, settle } = await scenario({
      both: { ...external, external: { answerOffer: () => bobs("recvonly", ++version) } },
    });
    bob.onIncoming((incoming) => incoming.answer({ sdp: bobs() }));
    const call = await settle(alice.call(bobUri, { sdp: alices() }));
    await settle(call.modify({ sdp: alices("sendonly", 2) }));
    expect([call.remoteSdp, bob.calls[0]!.remoteSdp]).toEqual([bobs("recvonly", 2), alices("sendonly", 2)]);
    await settle(bob.calls[0]!.modify({ sdp: bobs("sendrecv", 3) }));
    expect(call.remoteSdp).toBe(bobs("sendrecv", 3));
  });

  test("a re-INVITE that the peer's application refuses is 488, and both hear that all is as before", async () => {
    const rolledBack: string[] = [];
    const { alice, bob, bobUri, settle } = await scenario({ both: external });
    bob.onIncoming((incoming) => incoming.answer({ sdp: bobs() }));
    const call = await settle(alice.call(bobUri, { sdp: alices(), external: { onRollback: () => rolledBack.push("alice") } }));
    expect(await settle(rejection(call.modify({ sdp: alices("sendonly", 2) })))).toMatchObject({
      code: "CALL_MODIFICATION_REFUSED",
      statusCode: 488,
    });
    expect(rolledBack).toEqual(["alice"]);
    expect(call.state).toBe("Connected");
    // What was prepared for the refused offer is gone: the next one is asked for anew.
    expect(await settle(rejection(call.modify({ sdp: alices("inactive", 3) })))).toMatchObject({ statusCode: 488 });
  });

  test("without a description there is nothing to offer or to answer with", async () => {
    const { alice, bob, bobUri, settle } = await scenario({ both: external });
    const error = await settle(rejection(alice.call(bobUri)));
    expect(error).toMatchObject({ code: "MEDIA_NOT_AVAILABLE" });
    let answering: unknown;
    bob.onIncoming((incoming) => {
      answering = rejection(incoming.answer());
    });
    expect(await settle(rejection(alice.call(bobUri, { sdp: alices() })))).toMatchObject({ statusCode: 488 });
    expect(await answering).toMatchObject({
      code: "MEDIA_NOT_AVAILABLE",
      message: expect.stringContaining("give the answer as `sdp`") as string,
    });
  });

  test("sdp is refused where the stack makes the descriptions", async () => {
    const { alice, bobUri, nextIncoming, settle } = await scenario();
    const outgoing = alice.dial(bobUri);
    const incoming = await nextIncoming();
    expect(await rejection(incoming.answer({ sdp: bobs() }))).toMatchObject({ code: "CONFIG_INVALID" });
    expect(() => incoming.ring({ sdp: bobs() })).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
    expect(() => alice.dial(bobUri, { sdp: alices() })).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
    incoming.reject();
    await settle(outgoing.call.ended);
  });

  test("talks with a client that has audio, whose hold it sees in the description", async () => {
    const { environments, alice, settle } = await scenario();
    const carol = await settle(
      createClient({
        environment: virtualEnvironment({ host: "10.0.0.3", beside: environments.alice }),
        listen: "10.0.0.3:5060",
        ...external,
        external: {
          answerOffer: (offer) => description("10.0.0.3", 40_000, { direction: offer.includes("a=sendonly") ? "recvonly" : "sendrecv" }),
        },
      }),
    );
    carol.onIncoming((incoming) => incoming.answer());
    const call = await settle(alice.call("sip:carol@10.0.0.3"));
    await settle(call.hold());
    expect(carol.calls[0]!.remoteSdp).toContain("a=sendonly");
    expect(carol.calls[0]!.holding).toEqual({ local: false, remote: false });
    await settle(carol.close());
  });
});
