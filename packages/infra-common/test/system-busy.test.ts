import { expect, test } from "vitest";
import { systemBusyForMs, systemClock } from "@sidetone/infra-common";

const idle = (): Promise<void> => new Promise((resolve) => systemClock.setTimer(5, () => resolve()));

test("tells for how long the event loop has had no idle moment", async () => {
  await idle();
  const before = systemBusyForMs();
  const end = systemClock.now() + 60;
  while (systemClock.now() < end); // what keeps everybody waiting
  expect(systemBusyForMs() - before).toBeGreaterThanOrEqual(59);
  await idle();
  await idle();
  expect(systemBusyForMs()).toBeLessThan(40);
});
