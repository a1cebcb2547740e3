import type { CallEnded, Client, IncomingCall } from "sidetone";
import { describe, expect, test } from "vitest";
import type { Baresip } from "../peers/baresip/start-baresip.ts";
import { describeWith } from "../peers/process/installed.ts";
import { openClient } from "../under-test/open-client.ts";
import { answeredCall, openPhone, talk } from "./open-phone.ts";

/** The phone calls and nobody answers yet. */
async function ringingCall(phone: Baresip, client: Client): Promise<{ incoming: IncomingCall; ended: Promise<CallEnded> }> {
  const calls = client.incomingCalls()[Symbol.asyncIterator]();
  await phone.command("dial", client.uri);
  const { value: incoming } = (await calls.next()) as { value: IncomingCall };
  await phone.event("CALL_RINGING");
  return { incoming, ended: incoming.call.ended };
}

describeWith(["baresip"], "how calls with baresip end", () => {
  describe("after the answer", () => {
    test("baresip calls, baresip hangs up", async () => {
      const phone = await openPhone();
      const call = await answeredCall(phone, await openClient());
      await talk(call, 200);
      await phone.command("hangup");
      expect(await call.ended).toMatchObject({ cause: "HungUp", endedBy: "remote" });
    });

    test("baresip calls, we hang up", async () => {
      const phone = await openPhone();
      const call = await answeredCall(phone, await openClient());
      await talk(call, 200);
      expect(await call.hangUp()).toMatchObject({ cause: "HungUp", endedBy: "local" });
      await phone.event("CALL_CLOSED");
    });

    test("we call, baresip hangs up", async () => {
      const phone = await openPhone({ answers: "auto" });
      const call = await (await openClient()).call(phone.uri);
      await talk(call, 200);
      await phone.command("hangup");
      expect(await call.ended).toMatchObject({ cause: "HungUp", endedBy: "remote" });
    });

    test("we call, we hang up", async () => {
      const phone = await openPhone({ answers: "auto" });
      const call = await (await openClient()).call(phone.uri);
      await talk(call, 200);
      expect(await call.hangUp()).toMatchObject({ cause: "HungUp", endedBy: "local" });
      await phone.event("CALL_CLOSED");
    });
  });

  describe("before the answer", () => {
    test("we reject: baresip is told the status code", async () => {
      const phone = await openPhone();
      const { incoming, ended } = await ringingCall(phone, await openClient());
      incoming.reject(603);
      expect((await phone.event("CALL_CLOSED")).param).toMatch(/^603 /);
      expect(await ended).toMatchObject({ endedBy: "local", statusCode: 603 });
    });

    test("baresip rejects: the call fails with its status code", async () => {
      const phone = await openPhone();
      const outgoing = (await openClient()).dial(phone.uri);
      await phone.event("CALL_INCOMING");
      await phone.command("hangup");
      await expect(outgoing.answered).rejects.toMatchObject({ code: "CALL_BUSY", statusCode: 486 });
      expect(await outgoing.call.ended).toMatchObject({ cause: "Refused", endedBy: "remote", statusCode: 486 });
    });

    test("baresip cancels: the call rings no more", async () => {
      const phone = await openPhone();
      const { incoming, ended } = await ringingCall(phone, await openClient());
      await phone.command("hangup");
      expect(await ended).toMatchObject({ cause: "Cancelled", endedBy: "remote" });
      expect(incoming.decided).toBe(true);
      await expect(incoming.answer()).rejects.toMatchObject({ code: "CALL_ENDED" });
    });

    test("we cancel: baresip rings no more", async () => {
      const phone = await openPhone();
      const outgoing = (await openClient()).dial(phone.uri);
      await phone.event("CALL_INCOMING");
      outgoing.cancel();
      await expect(outgoing.answered).rejects.toMatchObject({ code: "CALL_CANCELLED" });
      await phone.event("CALL_CLOSED");
      expect(await outgoing.call.ended).toMatchObject({ cause: "Cancelled", endedBy: "local", statusCode: 487 });
    });

    test("we abort: the signal's reason rejects the call, and baresip rings no more", async () => {
      const phone = await openPhone();
      const controller = new AbortController();
      const calling = (await openClient()).call(phone.uri, { signal: controller.signal });
      const outcome = expect(calling).rejects.toThrow("changed my mind");
      await phone.event("CALL_INCOMING");
      controller.abort(new Error("changed my mind"));
      await outcome;
      await phone.event("CALL_CLOSED");
    });

    test("nobody picks up: CANCEL when the time to ring is over", async () => {
      const phone = await openPhone();
      const outgoing = (await openClient()).dial(phone.uri, { ringTimeoutSeconds: 1 });
      await expect(outgoing.answered).rejects.toMatchObject({ code: "CALL_NO_ANSWER" });
      await phone.event("CALL_CLOSED");
    });
  });

  describe("busy", () => {
    test("baresip is in a call: a second caller gets 486", async () => {
      const phone = await openPhone({ answers: "auto" });
      const client = await openClient();
      await client.call(phone.uri);
      await expect(client.call(phone.uri)).rejects.toMatchObject({ code: "CALL_BUSY", statusCode: 486 });
      expect(client.callCount).toBe(1);
    });

    test("we have as many calls as we take: a second phone gets 486", async () => {
      const [first, second] = [await openPhone(), await openPhone()];
      const client = await openClient({ maxCalls: 1 });
      await answeredCall(first, client);
      await second.command("dial", client.uri);
      expect((await second.event("CALL_CLOSED")).param).toMatch(/^486 /);
      expect(client.callCount).toBe(1);
    });
  });

  describe("no common codec", () => {
    test("baresip offers only what we were told not to speak: it gets 488", async () => {
      const phone = await openPhone({ codecs: ["PCMA"] });
      const client = await openClient({ media: { codecs: ["PCMU"] } });
      client.onIncoming((incoming) => incoming.answer().catch(() => {}));
      await phone.command("dial", client.uri);
      expect((await phone.event("CALL_CLOSED")).param).toMatch(/^488 /);
      expect(client.callCount).toBe(0);
    });
  });
});
