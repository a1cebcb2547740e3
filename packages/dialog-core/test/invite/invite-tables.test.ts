import { describe, expect, test } from "vitest";
import { incomingInviteTable } from "../../src/invite/incoming-invite-table.ts";
import { incomingModificationTable } from "../../src/invite/incoming-modification-table.ts";
import { outgoingInviteTable } from "../../src/invite/outgoing-invite-table.ts";
import { outgoingModificationTable } from "../../src/invite/outgoing-modification-table.ts";

type Table = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

const tables = {
  "the caller's INVITE": outgoingInviteTable as Table,
  "the callee's INVITE": incomingInviteTable as Table,
  "our re-INVITE": outgoingModificationTable as Table,
  "the peer's re-INVITE": incomingModificationTable as Table,
};
const ends = new Set(["Terminated", "Done"]);

describe.each(Object.entries(tables))("The table of %s", (_name, table) => {
  test("leads from every state to its end, and no further", () => {
    for (const [state, row] of Object.entries(table)) {
      if (ends.has(state)) expect(row).toEqual({});
      else expect(canEnd(table, state), state).toBe(true);
    }
  });

  test("reaches every state from its first", () => {
    const [first] = Object.keys(table);
    expect([...reachable(table, first!)].sort()).toEqual(Object.keys(table).sort());
  });
});

describe("While the media is waited for (architecture: CANCEL, BYE and abort are legal)", () => {
  test.each(["EarlyMediaPending", "AnswerPending"])("the callee in %s takes CANCEL, BYE and termination, and aborts the media", (state) => {
    for (const input of ["cancel", "bye", "terminate", "reject"]) {
      const [next, ...actions] = (incomingInviteTable as Table)[state]![input]!;
      expect([next, actions[0]]).toEqual(["Terminated", "abortMedia"]);
    }
  });

  test.each([
    ["OfferPending", ["terminate", "close"]],
    ["AnswerPending", ["terminate", "bye", "close"]],
    ["MediaPending", ["terminate", "bye", "close"]],
  ])("the caller in %s takes %s", (state, inputs) => {
    for (const input of inputs) expect((outgoingInviteTable as Table)[state]![input]).toBeDefined();
  });

  test("every state of a usage ends when the core closes", () => {
    for (const table of [outgoingInviteTable, incomingInviteTable] as Table[]) {
      for (const [state, row] of Object.entries(table)) if (state !== "Terminated") expect(row["close"]?.[0], state).toBe("Terminated");
    }
  });
});

function reachable(table: Table, first: string): Set<string> {
  const seen = new Set([first]);
  for (const state of seen) for (const [next] of Object.values(table[state] ?? {})) seen.add(next!);
  return seen;
}

function canEnd(table: Table, state: string): boolean {
  return [...reachable(table, state)].some((each) => ends.has(each));
}
