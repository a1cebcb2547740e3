import { abortable } from "@sidetone/infra-common";
import type { Check } from "./check.ts";
import type { Examination } from "./examination.ts";
import { finding, type Finding } from "./finding.ts";

/**
 * Runs the checks at the same time, and tells the findings of each as soon as those before it are told.
 *
 * @throws the reason of the examination's signal, unless that is a `TimeoutError`: then what is not done is a finding.
 */
export async function runChecks(
  checks: readonly Check[],
  examination: Examination,
  tell: (check: Check, findings: readonly Finding[]) => void,
): Promise<Finding[]> {
  const running = checks.map((check) => runWithin(check, examination));
  // Who fails while an earlier one is waited for is told in its turn.
  for (const result of running) result.catch(() => {});
  const all: Finding[] = [];
  for (const [i, check] of checks.entries()) {
    const findings = await running[i]!;
    tell(check, findings);
    all.push(...findings);
  }
  return all;
}

async function runWithin(check: Check, examination: Examination): Promise<readonly Finding[]> {
  try {
    return await abortable(check.run(examination), examination.signal);
  } catch (error) {
    if (!(error instanceof DOMException && error.name === "TimeoutError")) throw error;
    const advice = "try again; if it stays so, look first at the name service and at what else takes long";
    return [finding("CHECK_UNFINISHED", `The time was up before "${check.title}" was done`, { subject: check.name, advice })];
  }
}
