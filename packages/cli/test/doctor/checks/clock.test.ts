import { expect, test } from "vitest";
import { clockCheck } from "../../../src/doctor/checks/clock.ts";
import { codesOf, surgery, type Surgery } from "../../support/examine.ts";

const hourMs = 3_600_000;
const server = "sip:10.0.0.2";

/** A server whose clock is ahead by so much. */
const tellsTime = ({ sipServer, clock }: Surgery, aheadMs: number, address = "10.0.0.2") =>
  sipServer("UDP", address, 5060, { decide: () => [200, ["Date", new Date(clock.wallNow() + aheadMs).toUTCString()]] });

test.each([
  ["right", 0, "CLOCK_RIGHT", "The clock agrees with that of UDP 10.0.0.2:5060"],
  ["half a minute behind", 30_000, "CLOCK_RIGHT", "The clock agrees with that of UDP 10.0.0.2:5060 (30 s apart)"],
  ["an hour behind", hourMs, "CLOCK_WRONG", "This computer's clock is 60 min behind that of UDP 10.0.0.2:5060"],
  ["an hour ahead", -hourMs, "CLOCK_WRONG", "This computer's clock is 60 min ahead of that of UDP 10.0.0.2:5060"],
  ["a day behind", 24 * hourMs, "CLOCK_WRONG", "This computer's clock is 24 h behind that of UDP 10.0.0.2:5060"],
])("a clock that is %s", async (_what, aheadMs, code, text) => {
  const room = surgery();
  await tellsTime(room, aheadMs);
  const findings = await room.examine(clockCheck, { server });
  expect(findings).toMatchObject([{ code, text }]);
  if (code === "CLOCK_WRONG") expect(findings[0]).toMatchObject({ status: "problem", data: { offsetSeconds: -aheadMs / 1000 } });
});

test("one server that is wrong makes no clock wrong", async () => {
  const room = surgery();
  room.here.resolver.setSrv("_sip._udp.example.com", [{ target: "a.example.com" }, { target: "b.example.com" }]);
  room.here.resolver.setAddresses("a.example.com", ["10.0.0.2"]);
  room.here.resolver.setAddresses("b.example.com", ["10.0.0.3"]);
  await tellsTime(room, hourMs);
  await tellsTime(room, 0, "10.0.0.3");
  expect(await room.examine(clockCheck, { server: "sip:example.com" })).toMatchObject([
    { code: "CLOCK_RIGHT", data: { server: "UDP 10.0.0.3:5060" } },
  ]);
});

test("without a server, or without its word, that it runs evenly is all that can be said", async () => {
  const room = surgery();
  expect(await room.examine(clockCheck)).toMatchObject([{ code: "CLOCK_STEADY", text: "The clock runs evenly" }]);
  await room.sipServer("UDP", "10.0.0.2", 5060);
  expect(await room.examine(clockCheck, { server })).toMatchObject([
    { code: "CLOCK_STEADY", text: "The clock runs evenly; no server told the time to compare it with" },
  ]);
});

test("a clock that is put forward while it is looked at", async () => {
  const { examine, here } = surgery();
  let movedMs = 0;
  here.clock.setTimer(100, () => (movedMs = 5000));
  const clock = Object.create(here.clock, {
    wallNow: { value: () => here.clock.wallNow() + movedMs },
    now: { value: () => here.clock.now() },
    setTimer: { value: here.clock.setTimer.bind(here.clock) },
  }) as typeof here.clock;
  const findings = await examine(clockCheck, { environment: { ...here, clock } });
  expect(codesOf(findings)).toEqual(["CLOCK_JUMPED"]);
  expect(findings[0]!.text).toBe("The clock was moved by 5 s while it was looked at");
});
