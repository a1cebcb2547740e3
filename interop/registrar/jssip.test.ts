import { writeFile } from "node:fs/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { createUserAgentCore, DigestServer, type IncomingRequest } from "sidetone/dialog";
import { Registrar, Users } from "sidetone/registrar";
import { SipUri } from "sidetone/sip";
import { createSipTransports, type TransportName } from "sidetone/transport";
import { systemEnvironment } from "@sidetone/infra-common";
import { installJssip } from "../peers/jssip/install-jssip.ts";
import { startJssip } from "../peers/jssip/start-jssip.ts";
import { freePorts } from "../peers/process/free-ports.ts";
import { eventually } from "../peers/process/eventually.ts";
import { ScratchFolder } from "../peers/process/scratch-folder.ts";
import { authority, certificateFor } from "../transports/certificates.ts";
import { openRegistrar, secretOf } from "./open-registrar.ts";

const folder = installJssip();
if (folder === undefined) console.warn("skipped: JsSIP (npm install of jssip and ws failed)");
const { cert, key } = certificateFor("URI:sip:sip.test", "DNS:localhost", "IP:127.0.0.1");

async function files(): Promise<ScratchFolder> {
  const scratch = await ScratchFolder.make("jssip");
  onTestFinished(() => scratch[Symbol.asyncDispose]());
  for (const [name, text] of Object.entries({ "ca.pem": authority.cert, "server.pem": cert, "server.key": key }))
    await writeFile(scratch.file(name), text);
  return scratch;
}

describe.skipIf(folder === undefined).each(["WS", "WSS"] as const)("JsSIP over %s", (transport: TransportName) => {
  const scheme = transport.toLowerCase();

  test("registers at npx sidetone registrar with its password, and with no other", async () => {
    const scratch = await files();
    const listen = `${scheme}://127.0.0.1:${await freePorts(1)}`;
    const own = ["--tls-cert", scratch.file("server.pem"), "--tls-key", scratch.file("server.key")];
    // MD5 is all that JsSIP knows.
    const { run } = await openRegistrar(["--listen", listen, ...own, "--algorithms", "MD5"]);
    const jssip = startJssip(folder!, scratch, { url: listen, target: "sip:sip.test", password: secretOf("alice") });
    await jssip.printed(/"registered"/);
    await jssip.printed(/"answered","statusCode":200,"method":"OPTIONS"/);
    expect(await run.line("BindingAdded")).toMatchObject({
      addressOfRecord: "alice@any",
      contact: expect.stringMatching(/^sip:.*\.invalid;transport=ws$/) as string,
      received: { transport, address: "127.0.0.1" },
    });
    const guessing = startJssip(folder!, scratch, { url: listen, target: "sip:sip.test", password: "guessed" });
    await guessing.printed(/"registrationFailed".*"statusCode":401/);
    expect(run.ofType("BindingAdded")).toHaveLength(1);
  });

  test("registers at a registrar within a user agent of ours, and MESSAGE goes both ways", async () => {
    const scratch = await files();
    const environment = systemEnvironment();
    const transports = createSipTransports(environment, { tls: { cert, key } });
    const { port } = await transports.listen({ transport, address: "127.0.0.1", port: 0 });
    const users = new Users("sip.test");
    users.load(`alice:${secretOf("alice")}`, "users");
    const authentication = new DigestServer(environment, { realm: "sip.test", secrets: users, algorithms: ["MD5"] });
    const registrar = new Registrar(environment, { domains: ["sip.test"], authentication });
    const messages: string[] = [];
    const take = async (incoming: IncomingRequest): Promise<void> => {
      const { request, flow } = incoming;
      if (request.method === "MESSAGE") messages.push(Buffer.from(request.body).toString());
      const { statusCode, ...options } = request.method === "REGISTER" ? await registrar.register(request, flow) : { statusCode: 200 };
      incoming.respond(statusCode, options);
    };
    const core = createUserAgentCore(environment, transports, {
      user: { onInvite: (invite) => invite.terminate({ statusCode: 486 }), onRequest: (incoming) => void take(incoming) },
      allowedMethods: ["REGISTER", "MESSAGE"],
      acceptedBodyTypes: ["text/plain"],
    });
    onTestFinished(async () => {
      await core.close();
      await registrar.close();
      await transports.close();
    });
    const jssip = startJssip(folder!, scratch, {
      url: `${scheme}://127.0.0.1:${port}`,
      target: "sip:us@sip.test",
      password: secretOf("alice"),
    });
    await jssip.printed(/"answered","statusCode":200,"method":"MESSAGE"/);
    await eventually("the message is in", () => messages.includes("hello from JsSIP"));
    const [binding] = registrar.lookup(SipUri.parse("sip:alice@sip.test"));
    expect(binding).toMatchObject({ receivedTransport: transport });
    const body = { contentType: "text/plain", content: Buffer.from("hello to JsSIP") };
    const answer = await core.request({ method: "MESSAGE", requestUri: binding!.contact, from: "sip:us@sip.test", body });
    expect(answer.statusCode).toBe(200);
    await jssip.printed(/"message","body":"hello to JsSIP"/);
    expect((await core.request({ method: "OPTIONS", requestUri: binding!.contact })).statusCode).toBe(200);
  });
});
