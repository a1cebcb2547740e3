import { describe, expect, test } from "vitest";
import { RtcpMembers } from "@sidetone/rtp-core";

describe("the members of a session (RFC 3550 §6.3.3 to §6.3.5)", () => {
  test("are counted once each, senders among them, until they leave", () => {
    const members = new RtcpMembers();
    members.heard(1, 0, false);
    members.heard(2, 0, true);
    members.heard(1, 10, false);
    expect([members.count, members.senders]).toEqual([2, 1]);
    members.heard(1, 20, true);
    expect(members.senders).toBe(2);
    members.left(2);
    members.left(99);
    expect([members.count, members.senders]).toEqual([1, 1]);
  });

  test("are no senders any more after two intervals without RTP, and gone after five without anything", () => {
    const members = new RtcpMembers();
    members.heard(1, 0, true);
    members.timeOut(10_000, 5000, 5000);
    expect(members.senders).toBe(1);
    members.timeOut(10_001, 5000, 5000);
    expect([members.count, members.senders]).toEqual([1, 0]);
    members.timeOut(25_000, 5000, 5000);
    expect(members.count).toBe(1);
    members.timeOut(25_001, 5000, 5000);
    expect(members.count).toBe(0);
  });

  test("are no more than 256, whatever a peer makes up", () => {
    const members = new RtcpMembers();
    for (let ssrc = 0; ssrc < 10_000; ssrc++) members.heard(ssrc, 0, true);
    expect(members.count).toBe(256);
  });
});
