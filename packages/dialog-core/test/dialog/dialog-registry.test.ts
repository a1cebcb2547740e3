import { describe, expect, test } from "vitest";
import { DialogRegistry } from "../../src/dialog/dialog-registry.ts";
import type { Dialog } from "../../src/dialog/dialog.ts";

/** As much of a dialog as a registry looks at. */
function dialog(localTag: string, remoteTag: string, callId = "call"): Dialog {
  return { callId, localTag, remoteTag, nextFork: undefined } as Partial<Dialog> as Dialog;
}

function setUp() {
  const registry = new DialogRegistry();
  const forks = ["desk", "mobile", "voicemail"].map((remoteTag) => dialog("mine", remoteTag));
  for (const fork of forks) registry.add(fork);
  return { registry, forks };
}

describe("Dialogs are found by Call-ID, local tag and remote tag (RFC 3261 §12)", () => {
  test("also when they are forks of one INVITE", () => {
    const { registry, forks } = setUp();
    for (const fork of forks) expect(registry.find("call", "mine", fork.remoteTag)).toBe(fork);
    expect(registry.find("call", "mine", "nobody")).toBeUndefined();
    expect(registry.find("other", "mine", "desk")).toBeUndefined();
    expect(registry.find("call", "other", "desk")).toBeUndefined();
    expect(registry.size).toBe(3);
  });

  test.each([
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ])("and removed in any order (%i, %i, %i)", (...order) => {
    const { registry, forks } = setUp();
    for (const [removed, index] of order.entries()) {
      registry.delete(forks[index]!);
      expect(registry.size).toBe(2 - removed);
      for (const [i, fork] of forks.entries()) {
        expect(registry.find("call", "mine", fork.remoteTag)).toBe(order.indexOf(i) <= removed ? undefined : fork);
      }
    }
  });

  test("and removed once: a second time changes nothing", () => {
    const { registry, forks } = setUp();
    registry.delete(forks[1]!);
    registry.delete(forks[1]!);
    registry.delete(dialog("unknown", "x"));
    expect(registry.size).toBe(2);
  });
});
