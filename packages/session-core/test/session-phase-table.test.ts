import { mintCallId, sessionPhaseTable, type SessionPhase } from "@sidetone/session-core";
import { SeededRandom } from "@sidetone/testkit";
import { describe, expect, test } from "vitest";

describe("the phases of a session", () => {
  const phases = Object.keys(sessionPhaseTable) as SessionPhase[];

  test.each(phases.filter((phase) => phase !== "Ended"))("%s can end, and ends once", (phase) => {
    expect(sessionPhaseTable[phase].terminated).toEqual(["Ended", "finish"]);
  });

  test("nothing follows the end", () => {
    expect(sessionPhaseTable.Ended).toEqual({});
  });

  test("a session that is being ended is not established any more", () => {
    expect(sessionPhaseTable.Terminating.established).toBeUndefined();
    expect(sessionPhaseTable.Connected.ringing).toBeUndefined();
  });
});

test("call ids are unique in the process, whatever the randomness", () => {
  const ids = Array.from({ length: 100 }, () => mintCallId(new SeededRandom(1)));
  expect(new Set(ids).size).toBe(100);
});
