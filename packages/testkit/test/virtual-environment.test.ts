import { describe, expect, test } from "vitest";
import { TypedEmitter } from "@sidetone/infra-common";
import { virtualEnvironment } from "@sidetone/testkit";

class Emitter extends TypedEmitter<{ ring: number }> {
  ring(): void {
    this.emit("ring", 1);
  }
}

describe("virtualEnvironment", () => {
  test("two parties share a clock and a network, and draw different numbers", () => {
    const alice = virtualEnvironment({ seed: 4 });
    const bob = virtualEnvironment({ seed: 4, host: "10.0.0.2", beside: alice });
    expect(bob.clock).toBe(alice.clock);
    expect(bob.network.network).toBe(alice.virtualNetwork);
    expect(bob.random.token(12)).not.toBe(alice.random.token(12));
    expect(virtualEnvironment({ seed: 4 }).random.token(12)).toBe(virtualEnvironment({ seed: 4 }).random.token(12));
    expect(virtualEnvironment({ seed: 4 }).random.token(12)).not.toBe(virtualEnvironment({ seed: 5 }).random.token(12));
  });

  test("takes a host that was made elsewhere, for instance behind a NAT", () => {
    const server = virtualEnvironment();
    const nat = server.virtualNetwork.nat({ kind: "symmetric", publicAddress: "203.0.113.1" });
    const phone = virtualEnvironment({ host: nat.host("192.168.1.2"), beside: server });
    expect(phone.clock).toBe(server.clock);
    expect(phone.network.address).toBe("192.168.1.2");
    expect(() => virtualEnvironment({ host: nat.host("192.168.1.3") })).toThrow("another network");
    expect(virtualEnvironment({ network: server.virtualNetwork, host: "10.0.0.8" }).clock).toBe(server.clock);
    expect(() => virtualEnvironment({ beside: server, host: "10.0.0.9", network: { icmp: true } })).toThrow("exclude one another");
  });

  test("collects the errors of listeners when a test expects them", () => {
    const environment = virtualEnvironment({ onListenerError: "collect" });
    const emitter = new Emitter(environment.onListenerError);
    emitter.on("ring", () => {
      throw new Error("boom");
    });
    emitter.ring();
    expect(environment.listenerErrors).toMatchObject([{ error: { message: "boom" }, where: "ring" }]);
  });
});
