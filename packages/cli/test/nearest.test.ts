import { describe, expect, test } from "vitest";
import { didYouMean, nearest } from "../src/nearest.ts";

const verbs = ["answer", "call", "hangup", "hold", "list", "mute", "quit", "resume", "unmute"];

describe("the nearest word", () => {
  test.each([
    ["hodl", "hold"], // two letters exchanged
    ["hangp", "hangup"], // one left out
    ["hanggup", "hangup"], // one too many
    ["resumr", "resume"], // another one
    ["RESUME", "resume"],
    ["anser", "answer"],
    ["unnmute", "unmute"],
  ])("to %s is %s", (typed, meant) => expect(nearest(typed, verbs)).toBe(meant));

  test.each(["transfer", "x", "", "helicopter"])("to %s there is none", (typed) => {
    expect(nearest(typed, verbs)).toBeUndefined();
    expect(didYouMean(typed, verbs)).toBe("");
  });

  test("of several the nearer one is meant", () => expect(nearest("unmut", ["mute", "unmute"])).toBe("unmute"));
});
