import { expect, test } from "vitest";
import { audioRetry } from "../measure/expect-tone.ts";
import { answeredCall, openPhone } from "../baresip/open-phone.ts";
import { talkAndMeasure } from "../baresip/talk-and-measure.ts";
import { kamailioDomain, passwordOf } from "../peers/kamailio/start-kamailio.ts";
import { describeWith } from "../peers/process/installed.ts";
import { hostPort, openClient } from "../under-test/open-client.ts";
import { accountAt, openKamailio } from "./open-kamailio.ts";

describeWith(["kamailio", "baresip"], "a client and baresip, a stateful proxy with Record-Route between them", () => {
  test("we call: 407 is answered, the tones are heard, our BYE takes the proxy's way", audioRetry, async () => {
    const phone = await openPhone({ answers: "auto" });
    const kamailio = await openKamailio({ locations: { phone: phone.uri } });
    const alice = await openClient({ account: accountAt(kamailio, "alice") });
    const call = await alice.call("phone");
    await talkAndMeasure(call, phone, 2000);
    expect(phone.process.output).toMatch(/^BYE .*\r?\nVia: .*\r?\nVia: /m);
  });

  test("baresip calls: it answers the 407, the tones are heard", audioRetry, async () => {
    const client = await openClient();
    const kamailio = await openKamailio({ locations: { bob: `sip:bob@${hostPort(client)}` } });
    const phone = await openPhone({ domain: kamailioDomain, password: passwordOf("phone"), outboundProxy: kamailio.hostPort });
    const call = await answeredCall(phone, client, `sip:bob@${kamailioDomain}`);
    expect(call.remote.uri).toBe(`sip:phone@${kamailioDomain}`);
    await talkAndMeasure(call, phone, 2000);
    expect(phone.process.output).toContain("407 Proxy Authentication Required");
  });

  test("baresip is busy: its 486 comes through", async () => {
    const phone = await openPhone({ answers: "auto" });
    const kamailio = await openKamailio({ locations: { phone: phone.uri } });
    const alice = await openClient({ account: accountAt(kamailio, "alice") });
    await alice.call("phone");
    await expect(alice.call("phone")).rejects.toMatchObject({ code: "CALL_BUSY", statusCode: 486 });
  });
});
