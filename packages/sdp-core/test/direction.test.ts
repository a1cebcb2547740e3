import { describe, expect, test } from "vitest";
import {
  answerDirection,
  canReceive,
  canSend,
  holdDirection,
  isAnswerDirection,
  resumeDirection,
  type MediaDirection,
} from "@sidetone/sdp-core";

function setUp() {
  const directions: readonly MediaDirection[] = ["sendrecv", "sendonly", "recvonly", "inactive"];
  return { directions };
}

describe("The direction of an answer (RFC 3264 §6.1)", () => {
  test.each<
    [
      offered: MediaDirection,
      answers: [sendrecv: MediaDirection, sendonly: MediaDirection, recvonly: MediaDirection, inactive: MediaDirection],
    ]
  >([
    ["sendrecv", ["sendrecv", "sendonly", "recvonly", "inactive"]],
    ["sendonly", ["recvonly", "inactive", "recvonly", "inactive"]],
    ["recvonly", ["sendonly", "sendonly", "inactive", "inactive"]],
    ["inactive", ["inactive", "inactive", "inactive", "inactive"]],
  ])("to %s, by what is wanted here: %j", (offered, answers) => {
    const { directions } = setUp();
    expect(directions.map((wanted) => answerDirection(offered, wanted))).toEqual(answers);
  });

  test.each<[MediaDirection, MediaDirection[]]>([
    ["sendrecv", ["sendrecv", "sendonly", "recvonly", "inactive"]],
    ["sendonly", ["recvonly", "inactive"]],
    ["recvonly", ["sendonly", "inactive"]],
    ["inactive", ["inactive"]],
  ])("to %s may only be one of %j", (offered, allowed) => {
    const { directions } = setUp();
    expect(directions.filter((answered) => isAnswerDirection(offered, answered))).toEqual(allowed);
  });
});

describe("Hold and resume (RFC 3264 §8.4)", () => {
  test.each<[before: MediaDirection, held: MediaDirection, resumed: MediaDirection]>([
    ["sendrecv", "sendonly", "sendrecv"],
    ["recvonly", "inactive", "recvonly"],
    ["sendonly", "sendonly", "sendrecv"],
    ["inactive", "inactive", "recvonly"],
  ])("%s is held as %s and resumes as %s", (before, held, resumed) => {
    expect(holdDirection(before)).toBe(held);
    expect(resumeDirection(held)).toBe(resumed);
  });

  test("whoever holds does not receive, and whoever resumes does", () => {
    const { directions } = setUp();
    for (const direction of directions) {
      expect(canReceive(holdDirection(direction))).toBe(false);
      expect(canReceive(resumeDirection(direction))).toBe(true);
      expect(canSend(resumeDirection(direction))).toBe(canSend(direction));
    }
  });
});
