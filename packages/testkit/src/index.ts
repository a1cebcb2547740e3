export { VirtualClock, type VirtualClockOptions } from "./virtual-clock.ts";
export { SeededRandom } from "./seeded-random.ts";
