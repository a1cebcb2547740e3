import type { Random, SrvRecord } from "@sidetone/infra-common";

/**
 * The order in which to try SRV records (RFC 2782, "Usage rules"): by priority, the lowest first; among equals at random, each with a
 * chance in proportion to its weight. At most `limit` come back.
 */
export function orderSrvRecords(records: readonly SrvRecord[], random: Random, limit: number): SrvRecord[] {
  const ordered: SrvRecord[] = [];
  // "arrange all SRV RRs … so that all those with weight 0 are placed at the beginning of the list"
  const waiting = records.toSorted((one, other) => one.priority - other.priority || one.weight - other.weight);
  for (let start = 0, end = 0; start < waiting.length && ordered.length < limit; start = end) {
    while (waiting[end]?.priority === waiting[start]!.priority) end++;
    const equals = waiting.slice(start, end);
    while (equals.length > 0 && ordered.length < limit) ordered.push(takeByWeight(equals, random));
  }
  return ordered;
}

/** "choose a uniform random number between 0 and the sum computed (inclusive), and select the RR whose running sum value is the first … greater than or equal". */
function takeByWeight(records: SrvRecord[], random: Random): SrvRecord {
  const sum = records.reduce((total, { weight }) => total + weight, 0);
  // Nothing but zeros come "in any order": at random, so that no server gets everybody.
  if (sum === 0) return records.splice(Math.floor(random.float() * records.length), 1)[0]!;
  let rest = Math.floor(random.float() * (sum + 1));
  const chosen = records.findIndex(({ weight }) => (rest -= weight) <= 0);
  return records.splice(chosen, 1)[0]!;
}
