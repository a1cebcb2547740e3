import { expect, test } from "vitest";
import { audioRetry } from "../measure/expect-tone.ts";
import { describeWith } from "../peers/process/installed.ts";
import { openClient } from "../under-test/open-client.ts";
import { answeredCall, openPhone } from "./open-phone.ts";
import { talkAndMeasure } from "./talk-and-measure.ts";

describeWith(["baresip"], "the tone of each side arrives in the other's recording, at its level and without a gap", () => {
  for (const codec of ["PCMU", "PCMA"] as const) {
    test(`baresip calls us, ${codec}`, audioRetry, async () => {
      const phone = await openPhone({ codecs: [codec] });
      const call = await answeredCall(phone, await openClient());
      expect(call.codec).toBe(codec);
      await talkAndMeasure(call, phone);
    });

    test(`we call baresip, ${codec}`, audioRetry, async () => {
      const phone = await openPhone({ answers: "auto" });
      const client = await openClient({ media: { codecs: [codec] } });
      const call = await client.call(phone.uri);
      expect(call.codec).toBe(codec);
      await talkAndMeasure(call, phone);
    });
  }
});
