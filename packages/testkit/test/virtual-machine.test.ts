import { describe, expect, test } from "vitest";
import { virtualEnvironment, VirtualMachine } from "@sidetone/testkit";

function setUp() {
  const world = virtualEnvironment({ host: "10.0.0.1" });
  const other = virtualEnvironment({ host: "10.0.0.2", beside: world });
  const machine = new VirtualMachine(world);
  return { world, other, machine, clock: world.clock, own: machine.environment.clock };
}

describe("a machine that sleeps", () => {
  test("has a wall clock that goes on, a monotonic clock and timers that stand still", async () => {
    const { machine, clock, own } = setUp();
    const fired: number[] = [];
    own.setTimer(5000, () => fired.push(clock.now()));
    own.setTimer(60_000, () => fired.push(clock.now())).cancel();
    await clock.advance(2000);
    const wallMs = own.wallNow();
    await machine.sleep(600_000);
    expect([own.now(), own.wallNow() - wallMs, fired]).toEqual([2000, 600_000, []]);
    await clock.advance(3000);
    expect(fired).toEqual([605_000]);
    expect(own.now()).toBe(5000);
  });

  test("notices it a second after waking", async () => {
    const { machine, clock, own } = setUp();
    const noticed: unknown[] = [];
    const stop = own.onSleep((sleep) => noticed.push(sleep));
    await machine.sleep(600_000);
    expect(noticed).toEqual([]);
    await clock.advance(1000);
    expect(noticed).toEqual([{ durationMs: 600_000, uncountedMs: 600_000 }]);
    stop();
    await machine.sleep(20_000);
    await clock.advance(1000);
    expect([noticed.length, clock.pendingTimers]).toEqual([1, 0]);
  });

  test("loses the datagrams that are sent to it, and gets those that come later", async () => {
    const { world, other, machine, clock } = setUp();
    const received: string[] = [];
    const receiver = { onDatagram: (data: Buffer) => void received.push(data.toString()), onSocketError: () => {} };
    await world.network.bindDatagram({ address: "10.0.0.1", port: 5060 }, receiver);
    const socket = await other.network.bindDatagram({ address: "10.0.0.2", port: 5060 }, receiver);
    const asleep = machine.sleep(1000);
    socket.send(Buffer.from("lost"), 5060, "10.0.0.1");
    await asleep;
    socket.send(Buffer.from("heard"), 5060, "10.0.0.1");
    await clock.advance(10);
    expect(received).toEqual(["heard"]);
  });
});
