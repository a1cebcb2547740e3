import { describe, expect, test } from "vitest";
import { TableMachine, type ActionMap, type TransitionTable } from "@sidetone/infra-common";

type State = "Idle" | "Ringing" | "Ended";
type Input = "ring" | "end" | "fail";
type Action = "log" | "endAtOnce" | "ringAgain" | "throw";

const table: TransitionTable<State, Input, Action> = {
  Idle: { ring: ["Ringing", "log", "endAtOnce"], fail: ["Ended", "throw"] },
  Ringing: { end: ["Ended", "log", "ringAgain"] },
  Ended: {},
};

const actions: ActionMap<Machine, Action, string> = {
  log: (machine, message) => void machine.log.push(`${machine.state} ${message ?? ""}`),
  endAtOnce: (machine) => {
    machine.input("end", "from within");
    machine.log.push("still in the first step");
  },
  ringAgain: (machine) => machine.input("ring", "ignored"),
  throw: () => {
    throw new Error("boom");
  },
};

class Machine extends TableMachine<State, Input, Action, string> {
  readonly log: string[] = [];

  constructor() {
    super("Idle");
  }

  protected override get table(): TransitionTable<State, Input, Action> {
    return table;
  }

  protected override get actions(): ActionMap<this, Action, string> {
    return actions;
  }
}

describe("TableMachine", () => {
  test("enters the state first, then runs its actions in order, with the message", () => {
    const machine = new Machine();
    machine.input("ring", "INVITE");
    expect(machine.log).toEqual(["Ringing INVITE", "still in the first step", "Ended from within"]);
    expect(machine.state).toBe("Ended");
  });

  test("ignores an input that the table does not know in this state", () => {
    const machine = new Machine();
    machine.input("end");
    expect([machine.state, machine.log, machine.accepts("end"), machine.accepts("ring")]).toEqual(["Idle", [], false, true]);
  });

  test("goes on working after an action has thrown", () => {
    const machine = new Machine();
    expect(() => machine.input("fail")).toThrow("boom");
    expect(machine.state).toBe("Ended");
    machine.input("ring");
    expect(machine.log).toEqual([]);
  });
});
