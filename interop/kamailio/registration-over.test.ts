import { setTimeout as delay } from "node:timers/promises";
import { SipTrace } from "sidetone/trace";
import { expect, onTestFailed, onTestFinished, test } from "vitest";
import { kamailioDomain, passwordOf } from "../peers/kamailio/start-kamailio.ts";
import { eventually } from "../peers/process/eventually.ts";
import { describeWith } from "../peers/process/installed.ts";
import { ScratchFolder } from "../peers/process/scratch-folder.ts";
import { writeFile } from "node:fs/promises";
import { authority } from "../transports/certificates.ts";
import { openClient } from "../under-test/open-client.ts";
import { runSidetone } from "../under-test/run-sidetone.ts";
import { accountOver, clientOver, everyTransport, openEveryTransport, startEveryTransport } from "./every-transport.ts";

function traced(): { sent: (method: string) => string[] } {
  const trace = new SipTrace();
  onTestFinished(() => trace.stop());
  onTestFailed(() => console.log(trace.ladder()));
  return { sent: (method) => trace.entries.filter(({ text }) => text.startsWith(`${method} `)).map(({ text }) => text) };
}

describeWith(["kamailio"], "an account at kamailio", () => {
  test.each(everyTransport)("over %s: registers, refreshes, fetches and un-registers", async (transport) => {
    const { sent } = traced();
    const kamailio = await openEveryTransport();
    const { account, instanceId } = await clientOver(transport, kamailio, "alice");
    const { contact, bindings, expiresAtMs } = account.registration;
    expect(bindings).toMatchObject([{ contact, expiresSeconds: 3600, instanceId }]);
    expect(sent("REGISTER")[0]).toContain(`Via: SIP/2.0/${transport} `);
    await delay(1100);
    expect((await account.register()).expiresAtMs).toBeGreaterThan(expiresAtMs!);
    expect(sent("REGISTER")).toHaveLength(3); // 401, then the nonce is used again
    expect(await account.fetchBindings()).toMatchObject([{ contact }]);
    await account.unregister();
    expect(account.registration).toMatchObject({ state: "Cancelled", error: undefined });
    expect(await account.fetchBindings()).toEqual([]);
  });

  test.each(everyTransport)("over %s: a wrong password and an unknown user are refused after one answer each", async (transport) => {
    const { sent } = traced();
    const kamailio = await openEveryTransport();
    const refusal = { code: "AUTHENTICATION_FAILED", statusCode: 401 };
    await expect(clientOver(transport, kamailio, "alice", { password: "guessed" })).rejects.toMatchObject(refusal);
    await expect(clientOver(transport, kamailio, "nobody")).rejects.toMatchObject(refusal);
    expect(sent("REGISTER")).toHaveLength(4);
  });

  test.each(everyTransport)("over %s: SHA-256 is all that it takes", async (transport) => {
    const { sent } = traced();
    const kamailio = await openEveryTransport({ algorithm: "SHA-256" });
    const { account } = await clientOver(transport, kamailio, "alice");
    expect(account.registration.state).toBe("Active");
    expect(sent("REGISTER").at(-1)).toContain("algorithm=SHA-256");
  });

  test.each(everyTransport)("over %s: 423, and registered for as long as it demands", async (transport) => {
    const kamailio = await openEveryTransport({ leastExpiresSeconds: 90 });
    const { account } = await clientOver(transport, kamailio, "alice", { expiresSeconds: 30 });
    expect(account.registration.bindings).toMatchObject([{ expiresSeconds: 90 }]);
  });

  test.each(everyTransport)("over %s: is removed with the client, and the phone beside it stays", async (transport) => {
    const kamailio = await openEveryTransport();
    const first = await clientOver(transport, kamailio, "alice");
    const second = await clientOver("UDP", kamailio, "alice");
    const instances = second.account.registration.bindings.map(({ instanceId }) => instanceId);
    expect(instances.sort()).toEqual([first.instanceId, second.instanceId].sort());
    await first.close();
    expect(await second.account.fetchBindings()).toMatchObject([{ contact: second.account.registration.contact }]);
  });

  test("several contacts: one phone over each transport, and all are told of all", async () => {
    const kamailio = await openEveryTransport();
    const phones = [];
    for (const transport of everyTransport) phones.push(await clientOver(transport, kamailio, "alice"));
    const bindings = await phones[0]!.account.fetchBindings();
    expect(bindings.map(({ contact }) => contact).sort()).toEqual(phones.map(({ account }) => account.registration.contact!).sort());
  });

  test("of one client, an account over each transport", async () => {
    const users = everyTransport.map((transport) => transport.toLowerCase());
    const kamailio = await openEveryTransport({ users });
    const accounts = everyTransport.map((transport, i) => accountOver(transport, kamailio, users[i]!));
    const client = await openClient({ account: undefined as never, accounts, tls: { ca: authority.cert } });
    expect(client.accounts.map(({ registration }) => registration.state)).toEqual(everyTransport.map(() => "Active"));
    for (const account of client.accounts) expect(await account.fetchBindings()).toHaveLength(1);
  });

  test.each(everyTransport)("over %s: the server is killed and restarted, and the registration recovers by itself", async (transport) => {
    const kamailio = await startEveryTransport();
    const timers = { T1: 50, T2: 400 }; // a time-out within 3.2 s
    const client = await clientOver(transport, kamailio, "alice", { expiresSeconds: 8 }, { timers });
    const states: string[] = [];
    client.on("registrationChanged", ({ registration }) => states.push(registration.state));
    await kamailio.kill();
    await eventually("it is noticed", () => states.some((state) => state !== "Active"), { withinMs: 20_000 });
    const again = await openEveryTransport({ port: kamailio.port });
    expect(again.port).toBe(kamailio.port);
    await eventually("it is registered again", () => client.account.registration.state === "Active", { withinMs: 30_000 });
    expect(await client.account.fetchBindings()).toMatchObject([{ contact: client.account.registration.contact }]);
  });

  test.each(everyTransport)("npx sidetone register over %s: the binding and 0; 4 for a wrong password", async (transport) => {
    const kamailio = await openEveryTransport();
    const folder = await ScratchFolder.make("register");
    onTestFinished(() => folder[Symbol.asyncDispose]());
    await writeFile(folder.file("ca.pem"), authority.cert);
    const args = [
      "register",
      `sip:alice@${kamailioDomain}`,
      "--server",
      kamailio.uri(transport),
      "--tls-ca",
      folder.file("ca.pem"),
      "--json",
    ];
    const good = runSidetone(args, { environment: { SIDETONE_PASSWORD: passwordOf("alice") } });
    expect((await good.ended()).exitCode).toBe(0);
    expect(good.ofType("RegistrationReport")).toMatchObject([{ expiresSeconds: 3600, bindings: [{ expiresSeconds: 3600 }] }]);
    const bad = runSidetone(args, { environment: { SIDETONE_PASSWORD: "guessed" } });
    expect((await bad.ended()).exitCode).toBe(4);
  });
});
