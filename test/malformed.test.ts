import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createClient, type Client } from "@sidetone/client-core";
import type { DatagramSocket, StreamConnection } from "@sidetone/infra-common";
import { virtualEnvironment, type VirtualEnvironment, type VirtualHost } from "@sidetone/testkit";
import { describe, expect, onTestFinished, test } from "vitest";

// Messages with one anomaly each, over every field of SIP and SDP, against a whole client that answers every call. On a virtual network only.

const data = process.env["SIDETONE_DATA"] ?? new URL("../../shared/data", import.meta.url).pathname;
const file = join(data, "malformed", "malformed.jsonl");

interface Malformed {
  readonly id: string;
  readonly group: string;
  readonly anomaly: string;
  readonly message: string;
}

const messages: Malformed[] = existsSync(file)
  ? readFileSync(file, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Malformed)
  : [];
const groups = [...new Set(messages.map(({ group }) => group))];

interface Setup {
  readonly environment: VirtualEnvironment;
  readonly client: Client;
  readonly peer: VirtualHost;
  readonly socket: DatagramSocket;
  readonly answers: string[];
}

async function setUp(): Promise<Setup> {
  const environment = virtualEnvironment({ host: "10.0.0.1", onListenerError: "collect" });
  const { clock } = environment;
  const answers: string[] = [];
  const client = await clock.advanceUntil(createClient({ listen: "10.0.0.1:5060", account: { uri: "sip:sut@10.0.0.1" }, environment }));
  client.onIncoming((incoming) => incoming.answer());
  const receiver = { onDatagram: (bytes: Buffer) => void answers.push(bytes.toString("latin1")), onSocketError: () => {} };
  const peer = environment.virtualNetwork.host("10.0.0.99");
  const socket = await clock.advanceUntil(peer.bindDatagram({ address: "10.0.0.99", port: 5060 }, receiver));
  onTestFinished(async () => {
    await clock.advanceUntil(Promise.all([client.close(), socket.close()]));
    await clock.advance(70_000);
    expect(clock.pendingTimers).toBe(0);
  });
  return { environment, client, peer, socket, answers };
}

const good = (number: number): string =>
  `OPTIONS sip:sut@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.99:5060;branch=z9hG4bKgood${number};rport\r\nMax-Forwards: 70\r\n` +
  `From: <sip:f@10.0.0.99>;tag=g${number}\r\nTo: <sip:sut@10.0.0.1>\r\nCall-ID: good${number}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n`;

/** The bytes of a message, with the sender's address in it. */
const bytesOf = ({ message }: Malformed): Buffer =>
  Buffer.from(message.replaceAll("@PORT@", "5060").replaceAll("127.0.0.1", "10.0.0.99"), "latin1");

describe.skipIf(messages.length === 0)("malformed messages (skipped: ../shared/data is not there)", () => {
  test.each(groups)("of group %s are answered or dropped, and leave nothing behind", async (group) => {
    const { environment, client, socket, answers } = await setUp();
    const set = messages.filter((message) => message.group === group);
    for (const bytes of set.map(bytesOf)) {
      if (bytes.length <= 65_000) socket.send(bytes, 5060, "10.0.0.1");
      await environment.clock.advance(10);
    }
    expect(answers.filter((answer) => /[\r\n]X-Injected/.test(answer))).toEqual([]);
    const before = answers.length;
    socket.send(Buffer.from(good(set.length)), 5060, "10.0.0.1");
    await environment.clock.advance(1000);
    expect(answers.slice(before).some((answer) => answer.startsWith("SIP/2.0 200") && answer.includes(`good${set.length}`))).toBe(true);
    await environment.clock.advance(120_000); // calls that were answered and never acknowledged end after 64·T1
    expect(client.callCount).toBe(0);
    const notOurs = environment.listenerErrors.filter(
      ({ error }) =>
        !["CALL_ENDED", "SERVER_UNREACHABLE"].includes((error as { code?: string }).code ?? "") &&
        !/^MEDIA/.test((error as { code?: string }).code ?? ""),
    );
    expect(notOurs).toEqual([]);
  });

  test("on streams are answered or end their connection, and leave nothing behind", async () => {
    const { environment, client, peer } = await setUp();
    const { clock } = environment;
    client.onIncoming((incoming) => incoming.reject()); // without media it takes a tenth of the time
    const answers: string[] = [];
    const receiver = { onData: (bytes: Buffer) => void answers.push(bytes.toString("latin1")), onDrain: () => {}, onClosed: () => {} };
    const connect = (): Promise<StreamConnection> => clock.advanceUntil(peer.connectStream({ address: "10.0.0.1", port: 5060 }, receiver));
    for (const bytes of messages.map(bytesOf)) {
      const connection = await connect();
      connection.send(bytes);
      await clock.advance(10);
      await connection.close({ abort: true });
    }
    expect(answers.filter((answer) => /[\r\n]X-Injected/.test(answer))).toEqual([]);
    const connection = await connect();
    connection.send(Buffer.from(good(0).replace("/UDP", "/TCP")));
    await clock.advance(1000);
    expect(answers.at(-1)).toMatch(/^SIP\/2\.0 200 [^]*good0/);
    await connection.close();
    await clock.advance(120_000);
    expect([client.callCount, peer.openSockets]).toEqual([0, 1]); // the datagram socket
  });
});
