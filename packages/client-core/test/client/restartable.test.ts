import { describe, expect, test } from "vitest";
import { Restartable } from "../../src/client/restartable.ts";

/** Opens at once, unless told to fail; counts what is open. */
function setUp(failures: number) {
  const state = { open: 0 };
  const restartable = new Restartable(async () => {
    await Promise.resolve();
    if (failures-- > 0) throw new Error("busy");
    state.open++;
    return { close: async () => void state.open-- };
  });
  return { state, restartable };
}

describe("Restartable", () => {
  test("ends as it was last wanted, however quickly that changed", async () => {
    const { state, restartable } = setUp(0);
    await Promise.all([restartable.start(), restartable.stop(), restartable.start(), restartable.stop(), restartable.start()]);
    expect(restartable.current).toBeDefined();
    expect(state.open).toBe(1);
    await restartable.stop();
    expect(state.open).toBe(0);
  });

  test("a start that failed leaves a later one standing, and what that opened can be closed", async () => {
    const { state, restartable } = setUp(1);
    const first = restartable.start();
    void restartable.stop();
    const second = restartable.start();
    await expect(first).rejects.toThrow("busy");
    await second;
    expect(restartable.current).toBeDefined();
    await restartable.stop();
    expect(state.open).toBe(0);
  });
});
