import { expect, test } from "vitest";
import { openPhone } from "../baresip/open-phone.ts";
import { openKamailio } from "../kamailio/open-kamailio.ts";
import { describeWith } from "../peers/process/installed.ts";
import { runSidetone } from "../under-test/run-sidetone.ts";

const listen = ["--listen", "127.0.0.1:0"];

describeWith(["baresip"], "npx sidetone options, asking baresip", () => {
  test("--json: what it allows, what it is, how fast it answers", async () => {
    const phone = await openPhone();
    const run = runSidetone(["options", phone.uri, ...listen, "--json"]);
    expect(await run.process.exited).toBe(0);
    expect(run.lines).toMatchObject([{ type: "OptionsReport", uri: phone.uri, statusCode: 200, reasonPhrase: "OK" }]);
    const [report] = run.lines;
    expect(report!["allow"]).toEqual(expect.arrayContaining(["INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "REFER"]));
    expect(report!["software"]).toMatch(/^baresip v1/);
    expect(report!["roundTripMs"]).toBeGreaterThan(0);
    expect(report!["roundTripMs"]).toBeLessThan(5000);
  });

  test("for a person, and over TCP", async () => {
    const phone = await openPhone();
    const run = runSidetone(["options", `${phone.uri};transport=tcp`, ...listen]);
    expect(await run.process.exited).toBe(0);
    expect(run.process.stdout).toMatch(/answered 200 OK in [\d.]+ ms\n.*baresip[^]*allows +INVITE, ACK/);
  });
});

describeWith(["kamailio"], "npx sidetone options, asking kamailio", () => {
  test("a request without a user is for the proxy itself", async () => {
    const kamailio = await openKamailio();
    const run = runSidetone(["options", `sip:${kamailio.hostPort}`, ...listen, "--json"]);
    expect(await run.process.exited).toBe(0);
    expect(run.lines).toMatchObject([{ type: "OptionsReport", statusCode: 200, allow: [], supported: [] }]);
    expect(run.lines[0]!["software"]).toMatch(/^kamailio/);
  });
});
