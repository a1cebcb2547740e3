import { describe, expect, test } from "vitest";
import { NetworkError } from "@sidetone/infra-common";
import { SeededRandom, VirtualClock, VirtualNetwork } from "@sidetone/testkit";

const [old, next, bob] = ["10.0.0.1", "10.0.0.9", "10.0.0.2"];

async function setUp() {
  const clock = new VirtualClock();
  const network = new VirtualNetwork(clock, new SeededRandom(7));
  const [host, peer] = [network.host(old), network.host(bob)];
  const received: string[] = [];
  const errors: Error[] = [];
  const receiver = {
    onDatagram: (data: Buffer, from: string) => void received.push(`${data.toString()} ${from}`),
    onSocketError: (error: Error) => void errors.push(error),
  };
  const atPeer = await peer.bindDatagram({ address: bob, port: 5060 }, receiver);
  const bind = (address: string) => host.bindDatagram({ address, port: 5060 }, receiver);
  const send = async (socket: Awaited<ReturnType<typeof bind>>, text: string, to: string) => {
    socket.send(Buffer.from(text), 5060, to);
    await clock.advance(100);
  };
  return { clock, network, host, peer, atPeer, bind, send, received, errors };
}

describe("a virtual host whose addresses change", () => {
  test("keeps a socket on the wildcard address, which sends from the new one and hears there", async () => {
    const { host, bind, atPeer, send, received } = await setUp();
    const socket = await bind("0.0.0.0");
    host.setAddresses(next);
    await send(socket, "moved", bob);
    await send(atPeer, "to the old", old);
    await send(atPeer, "to the new", next);
    expect(received).toEqual([`moved ${next}`, `to the new ${bob}`]);
  });

  test("leaves a socket on the lost address open and dead: it fails to send, until the address comes back", async () => {
    const { host, bind, atPeer, send, received, errors } = await setUp();
    const socket = await bind(old);
    host.setAddresses(next);
    await send(socket, "lost", bob);
    await send(atPeer, "lost too", old);
    expect(received).toEqual([]);
    expect(errors).toMatchObject([{ code: "NETWORK_FAILED" }]);
    await expect(bind(old)).rejects.toSatisfy((error) => NetworkError.is(error, "NETWORK_ADDRESS_UNAVAILABLE"));
    host.setAddresses(old);
    await send(socket, "back", bob);
    expect(received).toEqual([`back ${old}`]);
  });

  test("leaves a stream from the lost address silent, both ways", async () => {
    const { clock, host, peer } = await setUp();
    const heard: string[] = [];
    const ends = { onDrain: () => {}, onClosed: () => void heard.push("closed") };
    const atServer = { ...ends, onData: (data: Buffer) => void heard.push(data.toString()) };
    await peer.listenStream({ address: bob, port: 80 }, { onConnection: () => atServer, onServerError: () => {} });
    const connection = await clock.advanceUntil(host.connectStream({ address: bob, port: 80 }, { ...ends, onData: () => {} }));
    connection.send(Buffer.from("one"));
    await clock.advance(100);
    host.setAddresses();
    connection.send(Buffer.from("two"));
    await clock.advance(100_000);
    expect(heard).toEqual(["one"]);
    await expect(host.sourceAddressFor(bob)).rejects.toMatchObject({ code: "NETWORK_UNREACHABLE" });
  });

  test("tells those who listen, a second later, as long as they do", async () => {
    const { clock, host } = await setUp();
    const told: string[] = [];
    const stop = host.onAddressesChanged(() => told.push(`${host.localAddresses().join()} @${clock.now()}`));
    host.setAddresses(next);
    await clock.advance(2000);
    expect(told).toEqual([`${next},127.0.0.1,::1 @1000`]);
    stop();
    host.setAddresses(old);
    await clock.advance(2000);
    expect(told).toHaveLength(1);
  });
});
