import type { Environment } from "@sidetone/infra-common";
import { MachineClock } from "./machine-clock.ts";
import type { VirtualEnvironment } from "./virtual-environment.ts";

/**
 * A machine of the virtual network that can be suspended while the world goes on:
 *
 * ```ts
 * const machine = new VirtualMachine(virtualEnvironment({ host: "10.0.0.1" }));
 * const client = await clock.advanceUntil(createClient({ environment: machine.environment }));
 * await machine.sleep(600_000);
 * ```
 */
export class VirtualMachine {
  /** For what runs on the machine. */
  readonly environment: Environment;
  readonly #world: VirtualEnvironment;
  readonly #clock: MachineClock;

  constructor(world: VirtualEnvironment) {
    this.#world = world;
    this.#clock = new MachineClock(world.clock);
    this.environment = { ...world, clock: this.#clock };
  }

  /** Lets `ms` go by in the world. On the machine no timer fires, its monotonic clock stands still, datagrams to it are lost; then it wakes. */
  async sleep(ms: number): Promise<void> {
    const { clock, network } = this.#world;
    network.fallAsleep();
    this.#clock.suspend();
    await clock.advance(ms);
    this.#clock.resume();
    network.wake();
  }
}
