import { describe, test } from "vitest";
import { delay, NodeNetwork, systemClock } from "@sidetone/infra-common";
import { networkCompliance, SeededRandom, VirtualClock, VirtualNetwork } from "@sidetone/testkit";

describe("NodeNetwork", () => {
  const subject = { network: new NodeNetwork(), elapse: (ms: number) => delay(systemClock, ms) };
  for (const { title, run } of networkCompliance(subject)) test(title, run);
});

describe("VirtualNetwork", () => {
  const clock = new VirtualClock();
  const network = new VirtualNetwork(clock, new SeededRandom()).host("10.0.0.1", { addresses: ["fd00::1"] });
  for (const { title, run } of networkCompliance({ network, elapse: (ms) => clock.advance(ms) })) test(title, run);
});
