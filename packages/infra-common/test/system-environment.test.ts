import { describe, expect, test } from "vitest";
import { nodeNetwork, silentLogger, systemClock, systemEnvironment, systemRandom } from "@sidetone/infra-common";

describe("systemEnvironment", () => {
  test("is the system's own, silent, with the parts given in the place of theirs", () => {
    const environment = systemEnvironment();
    expect(environment).toMatchObject({ clock: systemClock, random: systemRandom, network: nodeNetwork, logger: silentLogger });
    const onListenerError = () => {};
    expect(systemEnvironment({ onListenerError })).toEqual({ ...environment, onListenerError });
  });
});
