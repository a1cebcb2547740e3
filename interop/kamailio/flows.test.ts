import { setTimeout as delay } from "node:timers/promises";
import type { Client, ClientOptions } from "sidetone";
import { expect, onTestFinished, test } from "vitest";
import { talk } from "../baresip/open-phone.ts";
import { kamailioDomain, passwordOf } from "../peers/kamailio/start-kamailio.ts";
import { eventually } from "../peers/process/eventually.ts";
import { relayTcp, relayUdp, type FaultyRelay } from "../peers/process/faulty-relay.ts";
import { describeWith } from "../peers/process/installed.ts";
import { openClient } from "../under-test/open-client.ts";
import { answerAll } from "../under-test/answer-all.ts";
import { clientOver, openEveryTransport } from "./every-transport.ts";
import { openKamailio } from "./open-kamailio.ts";

/** Alice, registered over a relay that can fail. */
async function openAlice(relay: FaultyRelay, transport: "TCP" | "UDP", keepAlive?: { options: boolean }): Promise<Client> {
  onTestFinished(() => relay[Symbol.asyncDispose]());
  const account: NonNullable<ClientOptions["account"]> = {
    uri: `sip:alice@${kamailioDomain}`,
    password: passwordOf("alice"),
    registrar: `sip:127.0.0.1:${relay.port}`,
    transport,
    ...(keepAlive ? { keepAlive } : {}),
  };
  return openClient({ account });
}

/** Breaks the relay; how long it took until the account was registered again, in milliseconds of real time. */
async function recovery(client: Client, relay: FaultyRelay): Promise<{ tookMs: number; cause: string | undefined }> {
  let cause: string | undefined;
  const fromMs = performance.now();
  relay.fail();
  await new Promise<void>((resolve) => {
    client.on("flowChanged", ({ change }) => {
      if (change.kind === "FlowRestored") resolve();
      else cause = change.cause;
    });
  });
  return { tookMs: performance.now() - fromMs, cause };
}

async function shortCall(caller: Client, user: string): Promise<void> {
  await using call = await caller.call(user);
  await talk(call, 100);
}

describeWith(["kamailio"], "a flow to kamailio, which knows nothing of outbound", () => {
  test("over TCP: its pongs are noticed, and a connection that dies in silence is replaced within 30 s", async () => {
    const kamailio = await openKamailio();
    const relay = await relayTcp(kamailio.port);
    const client = await openAlice(relay, "TCP");
    await delay(2_000);
    const { tookMs, cause } = await recovery(client, relay);
    console.log(`dead TCP connection: registered again after ${(tookMs / 1000).toFixed(1)} s`);
    expect(cause).toBe("SIP_TRANSPORT_KEEP_ALIVE_FAILED");
    expect(tookMs).toBeLessThan(30_000);
    expect(client.account.registration.state).toBe("Active");
    expect(await client.account.fetchBindings()).toHaveLength(1);
  });

  test("over TLS, WS and WSS: so are theirs, by CRLF and by WebSocket pings, and calls come over the new connections", async () => {
    const transports = ["TLS", "WS", "WSS"] as const;
    const kamailio = await openEveryTransport({ users: transports });
    const caller = await clientOver("UDP", kamailio, "alice");
    const recovered = transports.map(async (transport) => {
      const relay = await relayTcp(kamailio.portOf(transport));
      onTestFinished(() => relay[Symbol.asyncDispose]());
      const registrar = `sip:127.0.0.1:${relay.port};transport=${transport.toLowerCase()}`;
      const client = await clientOver(transport, kamailio, transport, { registrar });
      const calls = answerAll(client);
      await shortCall(caller, transport);
      const { tookMs, cause } = await recovery(client, relay);
      console.log(`dead ${transport} connection: registered again after ${(tookMs / 1000).toFixed(1)} s`);
      expect([transport, cause]).toEqual([transport, "SIP_TRANSPORT_KEEP_ALIVE_FAILED"]);
      expect(tookMs).toBeLessThan(30_000);
      await shortCall(caller, transport);
      await eventually("both calls were answered here", () => calls.length === 2);
    });
    await Promise.all(recovered);
  });

  test("over UDP: OPTIONS tells that a NAT has rebooted, and the new address is registered within 30 s", async () => {
    const kamailio = await openKamailio();
    const relay = await relayUdp(kamailio.port);
    const client = await openAlice(relay, "UDP", { options: true });
    const { contact } = client.account.registration;
    await delay(2_000);
    const { tookMs, cause } = await recovery(client, relay);
    console.log(`rebooted NAT: registered again after ${(tookMs / 1000).toFixed(1)} s`);
    expect(cause).toBe("SIP_TRANSPORT_MAPPING_CHANGED");
    expect(tookMs).toBeLessThan(30_000);
    expect(client.account.registration.contact).not.toBe(contact);
    expect(await client.account.fetchBindings()).toHaveLength(1);
  });
});
