import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createClient } from "@sidetone/client-core";
import { virtualEnvironment } from "@sidetone/testkit";
import { describe, expect, test } from "vitest";

// What a user agent server that is no registrar and knows every user answers to the torture messages of RFC 4475 and RFC 5118. They name foreign
// addresses, so they are sent on a virtual network only.

const data = process.env["SIDETONE_DATA"] ?? new URL("../../shared/data", import.meta.url).pathname;
const sets = ["rfc4475", "rfc5118"].map((name) => join(data, "sip", name)).filter((folder) => existsSync(join(folder, "EXPECT.json")));

interface Expectation {
  readonly uas: string;
  /** The right answers; empty: silence. */
  readonly final: readonly number[];
  readonly silent: "required" | "allowed" | "no";
}

interface TortureCase extends Expectation {
  readonly name: string;
  readonly bytes: Buffer;
}

function casesOf(folder: string): TortureCase[] {
  const expectations = JSON.parse(readFileSync(join(folder, "EXPECT.json"), "utf8")) as Record<string, Expectation>;
  return readdirSync(folder)
    .filter((file) => file.endsWith(".dat"))
    .map((file) => ({ ...expectations[file.slice(0, -4)]!, name: file.slice(0, -4), bytes: readFileSync(join(folder, file)) }));
}

/** Sends one datagram to a client that answers every call; gives the final status codes that it sent, in order. */
async function answersTo(bytes: Buffer): Promise<{ finals: number[]; client: number }> {
  const environment = virtualEnvironment({ host: "10.0.0.1", onListenerError: "collect" });
  const { clock, virtualNetwork } = environment;
  const stranger = virtualNetwork.host("10.0.0.9");
  const sent: string[] = [];
  virtualNetwork.onPacket((event) => {
    const text = event.data.toString("latin1");
    if (event.kind === "sent" && event.source.address === "10.0.0.1" && text.startsWith("SIP/2.0 ")) sent.push(text);
  });
  const client = await clock.advanceUntil(createClient({ listen: "10.0.0.1:5060", account: { uri: "sip:sut@10.0.0.1" }, environment }));
  client.onIncoming((incoming) => incoming.answer());
  const socket = await clock.advanceUntil(
    stranger.bindDatagram({ address: "10.0.0.9", port: 5060 }, { onDatagram: () => {}, onSocketError: () => {} }),
  );
  socket.send(bytes, 5060, "10.0.0.1");
  await clock.advance(100_000);
  const open = client.callCount;
  await clock.advanceUntil(Promise.all([client.close(), socket.close()]));
  await clock.advance(1000);
  expect(clock.pendingTimers).toBe(0);
  const finals = [...new Set(sent.map((text) => Number(text.slice(8, 11))).filter((status) => status >= 200))];
  return { finals, client: open };
}

describe.skipIf(sets.length === 0)("torture messages (skipped: ../shared/data is not there)", () => {
  test.each(sets.flatMap(casesOf))("$name: $uas", async ({ bytes, final, silent }) => {
    const { finals, client } = await answersTo(bytes);
    if (silent === "required") expect(finals).toEqual([]);
    else expect(final).toContain(finals[0]);
    expect(client).toBe(0);
  });
});
