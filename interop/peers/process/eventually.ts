import { setTimeout as delay } from "node:timers/promises";

/** Waits until `look` finds something, and gives it. Rejects, naming what was waited for, when it does not come in time. */
export async function eventually<Found>(
  what: string,
  look: () => Found | undefined | false | Promise<Found | undefined | false>,
  options: { withinMs?: number } = {},
): Promise<Found> {
  const { withinMs = 10_000 } = options;
  const endMs = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() >= endMs) throw new Error(`${what}: not within ${withinMs} ms`);
    await delay(20);
  }
}
