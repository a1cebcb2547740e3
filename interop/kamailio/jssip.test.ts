import { writeFile } from "node:fs/promises";
import { expect, onTestFinished, test } from "vitest";
import { installJssip } from "../peers/jssip/install-jssip.ts";
import { startJssip } from "../peers/jssip/start-jssip.ts";
import { passwordOf } from "../peers/kamailio/start-kamailio.ts";
import { describeWith } from "../peers/process/installed.ts";
import { ScratchFolder } from "../peers/process/scratch-folder.ts";
import { authority } from "../transports/certificates.ts";
import { clientOver, openEveryTransport } from "./every-transport.ts";

const folder = installJssip();
if (folder === undefined) console.warn("skipped: JsSIP (npm install of jssip and ws failed)");

describeWith(["kamailio"], "a client and JsSIP that have registered at kamailio", () => {
  test.skipIf(folder === undefined).each([
    ["WS", "UDP"],
    ["WS", "WSS"],
    ["WSS", "TLS"],
    ["WSS", "WS"],
  ] as const)("JsSIP over %s, we over %s: its OPTIONS is answered, and our MESSAGE arrives", async (theirs, ours) => {
    const kamailio = await openEveryTransport();
    const scratch = await ScratchFolder.make("jssip");
    onTestFinished(() => scratch[Symbol.asyncDispose]());
    await writeFile(scratch.file("ca.pem"), authority.cert);
    const bob = await clientOver(ours, kamailio, "bob");
    const url = kamailio.uri(theirs).replace(/^sip:(.*);transport=(.*)$/, "$2://$1");
    const jssip = startJssip(folder!, scratch, { url, target: "sip:bob@sip.test", password: passwordOf("alice") });
    await jssip.printed(/"answered","statusCode":200,"method":"OPTIONS"/);
    const body = { contentType: "text/plain", content: Buffer.from("hello to JsSIP") };
    const answer = await bob.userAgent.request({ method: "MESSAGE", requestUri: "sip:alice@sip.test", body });
    expect(answer.statusCode).toBe(200);
    await jssip.printed(/"message","body":"hello to JsSIP"/);
  });
});
