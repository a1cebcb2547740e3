import type { Call, Client } from "sidetone";
import type { TransportName } from "sidetone/transport";
import { SipTrace } from "sidetone/trace";
import { expect, onTestFailed, onTestFinished, test } from "vitest";
import { answeredCall, openPhone, talk } from "../baresip/open-phone.ts";
import { talkAndMeasure } from "../baresip/talk-and-measure.ts";
import { audioRetry } from "../measure/expect-tone.ts";
import { kamailioDomain, passwordOf, type Kamailio } from "../peers/kamailio/start-kamailio.ts";
import { eventually } from "../peers/process/eventually.ts";
import { describeWith } from "../peers/process/installed.ts";
import { clientOver, everyTransport, openEveryTransport, startEveryTransport } from "./every-transport.ts";

function traced(): SipTrace {
  const trace = new SipTrace();
  onTestFinished(() => trace.stop());
  onTestFailed(() => console.log(trace.ladder()));
  return trace;
}

/** Alice calls bob, who answers; both sides of the call. */
async function connected(alice: Client, bob: Client): Promise<{ calling: Call; called: Call }> {
  const answered = new Promise<Call>((resolve, reject) => {
    bob.onIncoming(async (incoming) => {
      await incoming.answer().then(resolve, reject);
    });
  });
  return { calling: await alice.call("bob"), called: await answered };
}

/** `holder` holds and resumes, with the other side's consent. */
async function holdAndResume(holder: Call, held: Call): Promise<void> {
  await holder.hold();
  await eventually("it is held", () => held.holding.remote);
  await holder.resume();
  await eventually("it is resumed", () => !held.holding.remote);
}

async function pair(
  kamailio: Kamailio,
  ofAlice: TransportName,
  ofBob: TransportName,
  options = {},
): Promise<{ alice: Client; bob: Client }> {
  return {
    alice: await clientOver(ofAlice, kamailio, "alice", options),
    bob: await clientOver(ofBob, kamailio, "bob", options),
  };
}

const pairs = everyTransport.flatMap((ofAlice) => everyTransport.map((ofBob) => [ofAlice, ofBob] as const));

describeWith(["kamailio"], "two clients that have registered at kamailio", () => {
  test.each(pairs)("%s calls %s: audio, hold from either side, BYE from the called one", async (ofAlice, ofBob) => {
    const trace = traced();
    const kamailio = await openEveryTransport();
    const { alice, bob } = await pair(kamailio, ofAlice, ofBob);
    const { calling, called } = await connected(alice, bob);
    await Promise.all([talk(calling, 200), talk(called, 200)]);
    await holdAndResume(calling, called);
    await holdAndResume(called, calling);
    const [end] = await Promise.all([calling.ended, called.hangUp()]);
    expect(end).toMatchObject({ cause: "HungUp", endedBy: "remote" });
    // Whatever either of them sent went over the transport of its account.
    const sent = trace.entries.filter(({ text }) => !text.startsWith("SIP/2.0") && text.match(/^Via:/gm)!.length === 1);
    expect(new Set(sent.map(({ transport }) => transport))).toEqual(new Set([ofAlice, ofBob]));
  });

  test.each([...everyTransport.map((transport) => [transport, "UDP"] as const), ["WS", "WS"], ["WSS", "WSS"]] as const)(
    "%s and %s: the server is killed and restarted within a call, which is held by either side and hung up afterwards",
    async (ofAlice, ofBob) => {
      traced();
      const kamailio = await startEveryTransport();
      const { alice, bob } = await pair(kamailio, ofAlice, ofBob, { expiresSeconds: 8 });
      const { calling, called } = await connected(alice, bob);
      await talk(calling, 200);
      await kamailio.kill();
      await talk(calling, 500); // media goes from phone to phone
      await openEveryTransport({ port: kamailio.port });
      for (const { account } of [alice, bob]) {
        await eventually(
          `${account.uri.toString()} is registered again`,
          async () => account.registration.state === "Active" && (await account.fetchBindings().catch(() => [])).length === 1,
          { withinMs: 30_000 },
        );
      }
      await holdAndResume(calling, called);
      await holdAndResume(called, calling);
      await talk(calling, 200);
      const [end] = await Promise.all([called.ended, calling.hangUp()]);
      expect(end).toMatchObject({ cause: "HungUp", endedBy: "remote" });
    },
  );
});

describeWith(["kamailio", "baresip"], "a client and baresip that have registered at kamailio", () => {
  test.each(everyTransport)("over %s, we call: the tones are heard at both ends", audioRetry, async (transport) => {
    const kamailio = await openEveryTransport();
    const registered = { domain: kamailioDomain, password: passwordOf("phone"), outboundProxy: kamailio.hostPort, registersFor: 60 };
    const phone = await openPhone({ ...registered, answers: "auto" });
    const alice = await clientOver(transport, kamailio, "alice");
    await phone.process.printed(/200 OK .*\[1 binding\]/);
    await talkAndMeasure(await alice.call("phone"), phone, 1000);
  });

  test.each(everyTransport)("over %s, baresip calls: the tones are heard at both ends", audioRetry, async (transport) => {
    const kamailio = await openEveryTransport();
    const alice = await clientOver(transport, kamailio, "alice");
    const phone = await openPhone({ domain: kamailioDomain, password: passwordOf("phone"), outboundProxy: kamailio.hostPort });
    const call = await answeredCall(phone, alice, `sip:alice@${kamailioDomain}`);
    expect(call.remote.uri).toBe(`sip:phone@${kamailioDomain}`);
    await talkAndMeasure(call, phone, 1000);
  });
});
