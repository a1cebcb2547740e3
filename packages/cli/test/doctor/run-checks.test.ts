import { delay } from "@sidetone/infra-common";
import { virtualEnvironment } from "@sidetone/testkit";
import { expect, test } from "vitest";
import type { Check } from "../../src/doctor/check.ts";
import { Examination } from "../../src/doctor/examination.ts";
import { finding, type Finding } from "../../src/doctor/finding.ts";
import { runChecks } from "../../src/doctor/run-checks.ts";
import { codesOf, machine } from "../support/examine.ts";

function setUp(...waitsMs: number[]) {
  const environment = virtualEnvironment();
  const over = new AbortController();
  const listen = { address: "0.0.0.0", port: 5060 };
  const examination = new Examination({ environment, machine, listen, server: undefined, tls: {}, signal: over.signal });
  const checks = waitsMs.map((waitMs, i): Check => ({
    name: `check-${i}`,
    title: `Check ${i}`,
    run: async ({ signal }) => {
      await delay(environment.clock, waitMs, signal);
      return [finding("CLOCK_STEADY", `waited ${waitMs} ms`)];
    },
  }));
  const told: string[] = [];
  const run = (): Promise<Finding[]> =>
    runChecks(
      checks,
      examination,
      ({ title }, findings) => void told.push(`${title} at ${environment.clock.now()}: ${codesOf(findings).join()}`),
    );
  return { run, told, over, clock: environment.clock };
}

test("checks run at the same time, and are told in their order", async () => {
  const { run, told, clock } = setUp(100, 300, 50);
  const findings = await clock.advanceUntil(run());
  expect(told).toEqual(["Check 0 at 100: CLOCK_STEADY", "Check 1 at 300: CLOCK_STEADY", "Check 2 at 300: CLOCK_STEADY"]);
  expect(findings).toHaveLength(3);
});

test("what is not done when the time is up is a finding, the rest is kept", async () => {
  const { run, told, over, clock } = setUp(100, 20_000);
  const running = run();
  await clock.advance(15_000);
  over.abort(new DOMException("the time is up", "TimeoutError"));
  expect(await running).toMatchObject([{ code: "CLOCK_STEADY" }, { code: "CHECK_UNFINISHED", status: "problem", subject: "check-1" }]);
  expect(told).toHaveLength(2);
  expect(clock.pendingTimers).toBe(0);
});

test("an interrupt is no finding", async () => {
  const { run, over, clock } = setUp(100, 20_000);
  const running = run();
  await clock.advance(1000);
  over.abort();
  await expect(running).rejects.toBe(over.signal.reason);
});
