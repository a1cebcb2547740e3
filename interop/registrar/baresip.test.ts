import { readFile } from "node:fs/promises";
import { expect, onTestFinished, test } from "vitest";
import { openPhone } from "../baresip/open-phone.ts";
import { eventually } from "../peers/process/eventually.ts";
import { describeWith } from "../peers/process/installed.ts";
import { ScratchFolder } from "../peers/process/scratch-folder.ts";
import { openRegistrar, secretOf } from "./open-registrar.ts";

// baresip 1.0 gives up at a first challenge that is not for MD5.
const md5 = ["--algorithms", "MD5"];

describeWith(["baresip"], "npx sidetone registrar, with baresip", () => {
  test("takes the right password, refreshes, and hears it leave", async () => {
    const { run, hostPort } = await openRegistrar([...md5, "--min-expires", "2"]);
    const phone = await openPhone({ user: "alice", domain: hostPort, password: secretOf("alice"), registersFor: 4 });
    expect(await run.line("BindingAdded")).toMatchObject({
      addressOfRecord: "alice@any",
      contact: expect.stringContaining(`@127.0.0.1:${phone.sipPort}`) as string,
      expiresSeconds: 4,
      instanceId: expect.stringMatching(/^<urn:uuid:[-0-9a-f]{36}>$/) as string,
      userAgent: expect.stringContaining("baresip") as string,
    });
    await run.line("BindingRefreshed");
    await phone.process.stop();
    expect(await run.line("BindingRemoved")).toMatchObject({ cause: "Unregistered" });
  });

  test("refuses a wrong password and an unknown user", async () => {
    const folder = await ScratchFolder.make("trace");
    onTestFinished(() => folder[Symbol.asyncDispose]());
    const { run, hostPort } = await openRegistrar([...md5, "--trace", folder.file("trace")]);
    for (const user of ["alice", "nobody"]) {
      await openPhone({ user, domain: hostPort, password: "wrong", registersFor: 60 });
      // The challenge, and the first password that it tries; it tries the same one several times.
      const refusals = new RegExp(`^SIP/2.0 401 Unauthorized\\n(.+\\n)*To: <sip:${user}@`, "gm");
      await eventually(`${user} is refused`, async () => ((await readFile(folder.file("trace"), "utf8")).match(refusals) ?? []).length > 2);
    }
    expect(run.ofType("BindingAdded")).toEqual([]);
  });

  test("with SHA-256 first is more than this phone knows", async () => {
    const { run, hostPort } = await openRegistrar();
    const phone = await openPhone({ user: "alice", domain: hostPort, password: secretOf("alice"), registersFor: 60 });
    await phone.process.printed(/reg: .*(not implemented|not supported)/i);
    expect(run.ofType("BindingAdded")).toEqual([]);
  });

  test("tells one phone where the other is, and they talk", async () => {
    const { run, hostPort } = await openRegistrar(md5);
    const alice = await openPhone({ user: "alice", domain: hostPort, password: secretOf("alice"), registersFor: 60 });
    const bob = await openPhone({ user: "bob", domain: hostPort, password: secretOf("bob"), registersFor: 60, answers: "auto" });
    await eventually("both have registered", () => run.ofType("BindingAdded").length === 2);
    await alice.command("dial", `sip:bob@${hostPort}`);
    await alice.event("CALL_ESTABLISHED");
    await bob.event("CALL_ESTABLISHED");
  });
});
