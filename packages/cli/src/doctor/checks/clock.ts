import { delay } from "@sidetone/infra-common";
import { SipDate } from "@sidetone/sip-core";
import { rounded } from "../../call-report.ts";
import type { Check } from "../check.ts";
import { finding, type Finding } from "../finding.ts";
import { nameOf, type Visit } from "../visit.ts";

/** A Date header tells whole seconds; more than this is no rounding. Digests and certificates stand a minute, not an hour. */
const wrongMs = 60_000;
/** By how much the wall clock may run apart from the steady one while we look, in milliseconds. */
const jumpMs = 200;
const leastLookMs = 250;

/** Whether this computer knows the time, and lets it pass evenly. */
export const clockCheck: Check = {
  name: "clock",
  title: "Clock",
  run: async (examination) => {
    const { clock } = examination.environment;
    const [steadyMs, wallMs] = [clock.now(), clock.wallNow()];
    const [visits] = await Promise.all([examination.server ? examination.visits : [], delay(clock, leastLookMs, examination.signal)]);
    const driftMs = clock.wallNow() - wallMs - (clock.now() - steadyMs);
    return [...judgeOffset(visits, Math.abs(driftMs) > jumpMs), ...judgeDrift(driftMs)];
  },
};

function judgeOffset(visits: readonly Visit[], hasJumped: boolean): Finding[] {
  const told = visits.flatMap(({ target, answer }) => {
    const dateMs = answer?.response.get(SipDate);
    return answer && dateMs !== undefined ? [{ subject: nameOf(target), offsetMs: answer.atWallMs - dateMs - 500 }] : [];
  });
  const [first] = told;
  if (!first)
    return hasJumped
      ? []
      : [finding("CLOCK_STEADY", `The clock runs evenly${visits.length > 0 ? "; no server told the time to compare it with" : ""}`)];
  // One server that is wrong makes no clock wrong.
  const best = told.reduce((one, other) => (Math.abs(other.offsetMs) < Math.abs(one.offsetMs) ? other : one), first);
  const offsetSeconds = rounded(best.offsetMs / 1000) ?? 0;
  const data = { offsetSeconds, server: best.subject };
  if (Math.abs(best.offsetMs) <= wrongMs) {
    const by = Math.abs(offsetSeconds) <= 1 ? "" : ` (${Math.abs(offsetSeconds)} s apart)`;
    return [finding("CLOCK_RIGHT", `The clock agrees with that of ${best.subject}${by}`, { data })];
  }
  const text = `This computer's clock is ${lapse(best.offsetMs)} ${best.offsetMs > 0 ? "ahead of" : "behind"} that of ${best.subject}`;
  const advice = "switch on time synchronisation (timedatectl set-ntp true); certificates and logs need the right time";
  return [finding("CLOCK_WRONG", text, { advice, data })];
}

function judgeDrift(driftMs: number): Finding[] {
  if (Math.abs(driftMs) <= jumpMs) return [];
  const text = `The clock was moved by ${lapse(driftMs)} while it was looked at`;
  const advice = "if that happens again and again, see what sets the clock: two programs may do so, or a virtual machine was stopped";
  return [finding("CLOCK_JUMPED", text, { advice, data: { driftMs: rounded(driftMs) } })];
}

function lapse(ms: number): string {
  const seconds = Math.abs(ms) / 1000;
  if (seconds < 120) return `${rounded(seconds, seconds < 10 ? 1 : 0)} s`;
  return seconds < 7200 ? `${rounded(seconds / 60)} min` : `${rounded(seconds / 3600, 1)} h`;
}
