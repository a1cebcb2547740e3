import { expect, test } from "vitest";
import { freePorts } from "../peers/process/free-ports.ts";
import { describeWith } from "../peers/process/installed.ts";
import { hostPort, openClient } from "../under-test/open-client.ts";
import { accountAt, openKamailio } from "./open-kamailio.ts";

describeWith(["kamailio"], "users who cannot be had", () => {
  test("busy: 486", async () => {
    const alice = await openClient({ account: accountAt(await openKamailio(), "alice") });
    const outgoing = alice.dial("busy");
    await expect(outgoing.answered).rejects.toMatchObject({ code: "CALL_BUSY", statusCode: 486 });
    expect(await outgoing.call.ended).toMatchObject({ cause: "Refused", endedBy: "remote", statusCode: 486 });
  });

  test("moved: 302 is reported with its contacts, the preferred one first", async () => {
    const alice = await openClient({ account: accountAt(await openKamailio(), "alice") });
    const outgoing = alice.dial("moved");
    await expect(outgoing.answered).rejects.toMatchObject({ code: "CALL_REDIRECTED", statusCode: 302 });
    expect(await outgoing.call.ended).toMatchObject({
      cause: "Redirected",
      contacts: ["sip:newer@127.0.0.1:5998;transport=tcp", "sip:new@127.0.0.1:5999"],
    });
  });

  test("unknown: 404", async () => {
    const alice = await openClient({ account: accountAt(await openKamailio(), "alice") });
    await expect(alice.call("nobody")).rejects.toMatchObject({ code: "CALL_REJECTED", statusCode: 404 });
  });

  test("silent behind the proxy: the proxy's 408", async () => {
    const kamailio = await openKamailio({ locations: { silent: `sip:silent@127.0.0.1:${await freePorts(1)}` } });
    const alice = await openClient({ account: accountAt(kamailio, "alice") });
    const outgoing = alice.dial("silent");
    await expect(outgoing.answered).rejects.toMatchObject({ code: "TIMEOUT", statusCode: 408 });
    expect(await outgoing.call.ended).toMatchObject({ endedBy: "remote", statusCode: 408 });
  });

  test("rings and is not answered: CANCEL after ringTimeoutSeconds", async () => {
    const bob = await openClient();
    const ringing = bob.incomingCalls()[Symbol.asyncIterator]();
    const kamailio = await openKamailio({ locations: { bob: `sip:bob@${hostPort(bob)}` } });
    const alice = await openClient({ account: accountAt(kamailio, "alice") });
    const outgoing = alice.dial("bob", { ringTimeoutSeconds: 1 });
    const incoming = (await ringing.next()).value!;
    await expect(outgoing.answered).rejects.toMatchObject({ code: "CALL_NO_ANSWER" });
    expect(await incoming.call.ended).toMatchObject({ cause: "Cancelled", endedBy: "remote" });
  });

  test("a proxy that answers nothing at all: Timer B ends the call at 64·T1", async () => {
    const kamailio = await openKamailio();
    const alice = await openClient({ account: accountAt(kamailio, "alice"), timers: { T1: 30, T2: 240 } });
    const began = performance.now();
    await expect(alice.call("blackhole")).rejects.toMatchObject({ code: "TIMEOUT" });
    expect(performance.now() - began).toBeGreaterThanOrEqual(64 * 30);
  });

  test("nothing answers, and CANCEL is not allowed yet: the time to ring and the signal are kept all the same", async () => {
    const kamailio = await openKamailio();
    const alice = await openClient({ account: accountAt(kamailio, "alice") });
    const began = performance.now();
    await expect(alice.call("blackhole", { ringTimeoutSeconds: 0.3 })).rejects.toMatchObject({ code: "CALL_NO_ANSWER" });
    await expect(alice.call("blackhole", { signal: AbortSignal.timeout(300) })).rejects.toMatchObject({ name: "TimeoutError" });
    expect(performance.now() - began).toBeLessThan(5000); // far from 64·T1
  });
});
