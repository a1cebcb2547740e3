import { describe, expect, test } from "vitest";
import type { DatagramSocket } from "@sidetone/infra-common";
import { BindingServer, StunAgent, StunClient, StunWriter } from "@sidetone/stun-core";
import { virtualEnvironment, type VirtualEnvironment } from "@sidetone/testkit";

/** A port that carries text, and STUN in both directions. */
async function openPort(environment: VirtualEnvironment) {
  const texts: string[] = [];
  const parts: { agent?: StunAgent } = {};
  const socket: DatagramSocket = await environment.network.bindDatagram(
    { address: environment.network.address, port: 5060 },
    {
      onDatagram: (data, address, port) => void (parts.agent?.receive(data, address, port) || texts.push(data.toString())),
      onSocketError: () => {},
    },
  );
  const client = new StunClient(environment, socket);
  const server = new BindingServer();
  const agent = (parts.agent = new StunAgent({ socket, client, server }));
  return { agent, client, server, socket, texts };
}

async function setUp() {
  const environment = virtualEnvironment({ host: "198.51.100.1" });
  const other = virtualEnvironment({ host: "198.51.100.2", beside: environment });
  return { environment, clock: environment.clock, a: await openPort(environment), b: await openPort(other) };
}

describe("StunAgent", () => {
  test("lets two ports ask one another, beside what they carry", async () => {
    const { clock, a, b } = await setUp();
    a.socket.send(Buffer.from("OPTIONS sip:b SIP/2.0\r\n\r\n"), 5060, "198.51.100.2");
    b.socket.send(Buffer.from("\r\n\r\n"), 5060, "198.51.100.1");
    const asked = [
      a.client.requestBinding({ address: "198.51.100.2", port: 5060 }),
      b.client.requestBinding({ address: "198.51.100.1", port: 5060 }),
    ];
    const results = await clock.advanceUntil(Promise.all(asked));
    expect(results.map(({ mappedAddress }) => mappedAddress)).toEqual([
      { address: "198.51.100.1", port: 5060 },
      { address: "198.51.100.2", port: 5060 },
    ]);
    expect([a.texts, b.texts]).toEqual([["\r\n\r\n"], ["OPTIONS sip:b SIP/2.0\r\n\r\n"]]);
  });

  test("answers nobody but those whom it is to answer", async () => {
    const { clock, a, b } = await setUp();
    const answered: string[] = [];
    const answers = (address: string, port: number): boolean => answered.push(`${address} ${port}`) > 1;
    const agent = new StunAgent({ socket: b.socket, server: b.server, answers });
    const request = new StunWriter("request", 1, new Uint8Array(12)).toBytes();
    for (let n = 0; n < 2; n++) expect(agent.receive(request, "198.51.100.1", 5060)).toBe(true);
    await clock.advance(100);
    expect([answered, agent.droppedMessages, b.server.stats.requests]).toEqual([["198.51.100.1 5060", "198.51.100.1 5060"], 1, 1]);
    expect(a.agent.droppedMessages).toBe(1); // the answer to the second
  });

  test("drops and counts STUN that is damaged or for nobody", async () => {
    const { a } = await setUp();
    const damaged = new StunWriter("request", 1, new Uint8Array(12)).toBytes();
    const truncated = Buffer.concat([damaged, Buffer.from("0006ffff", "hex")]);
    truncated.writeUInt16BE(4, 2);
    const late = new StunWriter("success", 1, new Uint8Array(12)).toBytes();
    for (const bytes of [truncated, late]) expect(a.agent.receive(bytes, "198.51.100.2", 5060)).toBe(true);
    expect(a.agent.droppedMessages).toBe(2);
    const alone = new StunAgent({ socket: a.socket });
    expect(alone.receive(damaged, "198.51.100.2", 5060)).toBe(true);
    expect(alone.droppedMessages).toBe(1);
  });
});
