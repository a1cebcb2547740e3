import { CallState } from "@sidetone/client-core";
import { describe, expect, test } from "vitest";

const states = Object.keys(CallState.transitions) as CallState[];

describe("the states of a call", () => {
  test.each(states)("%s is active, in progress or terminated, and one of them only", (state) => {
    const answers = [CallState.isActive(state), CallState.isInProgress(state), CallState.isTerminated(state)];
    expect(answers.filter(Boolean)).toHaveLength(1);
  });

  test("nothing follows a terminated state, and every other leads to one", () => {
    for (const state of states) {
      const next = CallState.transitions[state];
      if (CallState.isTerminated(state)) expect(next).toEqual([]);
      else expect(next.some((following) => CallState.isTerminated(following))).toBe(true);
    }
  });
});
