import { setTimeout as delay } from "node:timers/promises";
import type { Call } from "sidetone";
import { expect, test } from "vitest";
import type { Baresip } from "../peers/baresip/start-baresip.ts";
import { eventually } from "../peers/process/eventually.ts";
import { describeWith } from "../peers/process/installed.ts";
import { openClient } from "../under-test/open-client.ts";
import { answeredCall, openPhone } from "./open-phone.ts";

const digits = "0123456789*#";

/** Presses every key of the phone, and gives what is heard here. */
async function pressed(phone: Baresip, call: Call): Promise<string> {
  const heard: string[] = [];
  call.on("dtmfReceived", ({ digit }) => heard.push(digit));
  await phone.press(digits);
  await eventually(`${digits.length} digits are heard`, () => heard.length >= digits.length);
  await delay(200); // a digit heard twice would come now
  return heard.join("");
}

describeWith(["baresip"], "key presses (RFC 4733) are heard once each, in order", () => {
  test("baresip calls us: its digits here, ours there", async () => {
    const phone = await openPhone();
    const call = await answeredCall(phone, await openClient());
    expect(await pressed(phone, call)).toBe(digits);
    await call.sendDtmf(digits);
    await eventually("baresip hears them all", () => phone.digitsHeard.length >= digits.length);
    await call.hangUp();
    expect(phone.digitsHeard).toBe(digits);
  });

  test("we call baresip: its digits here, ours there, with presses as short as a phone makes them", async () => {
    const phone = await openPhone({ answers: "auto", codecs: ["PCMA"] });
    const call = await (await openClient()).call(phone.uri);
    expect(await pressed(phone, call)).toBe(digits);
    await call.sendDtmf(digits, { durationMs: 50, gapMs: 50 });
    await eventually("baresip hears them all", () => phone.digitsHeard.length >= digits.length);
    await call.hangUp();
    expect(phone.digitsHeard).toBe(digits);
  });
});
