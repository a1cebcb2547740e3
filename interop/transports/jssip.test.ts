import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFailed, onTestFinished, test } from "vitest";
import { installJssip } from "../peers/jssip/install-jssip.ts";
import { eventually } from "../peers/process/eventually.ts";
import { PeerProcess } from "../peers/process/peer-process.ts";
import { ScratchFolder } from "../peers/process/scratch-folder.ts";
import { authority, certificateFor } from "./certificates.ts";
import { openAgent } from "./open-agent.ts";

const folder = installJssip();
if (folder === undefined) console.warn("skipped: JsSIP (npm install of jssip and ws failed)");
const phone = fileURLToPath(new URL("../peers/jssip/phone.cjs", import.meta.url));
const { cert, key } = certificateFor("URI:sip:sip.test", "DNS:localhost", "IP:127.0.0.1");

describe.skipIf(folder === undefined)("JsSIP", () => {
  test.each(["WS", "WSS"] as const)("registers over %s, and OPTIONS and MESSAGE go both ways", async (transport) => {
    const scratch = await ScratchFolder.make("jssip");
    onTestFinished(() => scratch[Symbol.asyncDispose]());
    await writeFile(scratch.file("ca.pem"), authority.cert);
    const server = await openAgent("server", { tls: { cert, key } }, [transport]);
    const { port } = server.transports.listeningPoints[0]!;
    const url = `${transport.toLowerCase()}://127.0.0.1:${port}`;
    const args = [phone, folder!, url, "sip:jssip@sip.test", "sip:server@sip.test", scratch.file("ca.pem")];
    const jssip = new PeerProcess("node", args, { cwd: scratch.path, atMostSeconds: 30 });
    onTestFinished(() => jssip[Symbol.asyncDispose]());
    onTestFailed(() => console.log(jssip.lastWords));
    await jssip.printed(/"registered"/);
    await jssip.printed(/"answered","statusCode":200,"method":"OPTIONS"/);
    await jssip.printed(/"answered","statusCode":200,"method":"MESSAGE"/);
    await eventually("both requests are in", () => server.requests.length === 2);
    const [registration, message] = server.requests.map(({ request }) => request);
    expect([registration!.method, message!.method]).toEqual(["REGISTER", "MESSAGE"]);
    expect(registration!.topVia.host).toMatch(/\.invalid$/);
    const contact = /<([^>]+)>/.exec(registration!.getAllText("Contact")[0]!)![1]!;
    expect(contact).toMatch(/\.invalid;transport=ws$/);
    const body = { contentType: "text/plain", content: Buffer.from("hello to JsSIP") };
    expect((await server.core.request({ method: "MESSAGE", requestUri: contact, body })).statusCode).toBe(200);
    await jssip.printed(/"message","body":"hello to JsSIP"/);
  });
});
