import { addressFamily, isPrivate, normaliseAddress, type AddressFamily, type Network } from "@sidetone/infra-common";
import type { NameCache, NamedAnswer } from "./name-cache.ts";

/** Addresses of one host name that are tried. */
const maxAddresses = 8;

/** What came of looking for the addresses of one host. */
export interface HostAddresses {
  /** Best first; where both families serve, they take turns. */
  readonly addresses: readonly string[];
  readonly questions: readonly AddressQuestion[];
}

export interface AddressQuestion {
  readonly question: string;
  readonly answer: NamedAnswer<string> | undefined;
  readonly error: unknown;
}

/** Addresses of `host` in `families`: AAAA and A at the same time (RFC 7984 §3.1). Rejects with `signal.reason` alone. */
export async function addressesOf(
  host: string,
  families: readonly AddressFamily[],
  names: NameCache,
  network: Network,
  signal: AbortSignal | undefined,
): Promise<HostAddresses> {
  const numeric = addressFamily(host);
  if (numeric) return { addresses: families.includes(numeric) ? [normaliseAddress(host)] : [], questions: [] };
  const questions = await Promise.all(families.map((family) => ask(host, family, names, signal)));
  const found = questions.map(({ answer }) => answer?.records.slice(0, maxAddresses) ?? []).filter((records) => records.length > 0);
  const [some, others] = found.length === 2 ? await byPreference(found[0]!, found[1]!, network) : [found[0] ?? [], []];
  return { addresses: takeTurns(some, others), questions };
}

async function ask(host: string, family: AddressFamily, names: NameCache, signal: AbortSignal | undefined): Promise<AddressQuestion> {
  const question = `${family === 6 ? "AAAA" : "A"} ${host}`;
  try {
    return { question, answer: await names.addresses(host, family, signal), error: undefined };
  } catch (error) {
    signal?.throwIfAborted();
    return { question, answer: undefined, error };
  }
}

/**
 * RFC 6724 §6 between two families: an address that cannot be reached from here is no use (rule 1); a global IPv6 address is better than
 * IPv4, and that better than a site's own IPv6 (rule 6, §2.1).
 */
async function byPreference(
  some: readonly string[],
  others: readonly string[],
  network: Network,
): Promise<readonly [readonly string[], readonly string[]]> {
  const [isReachable, isOtherReachable] = await Promise.all([canReach(some[0]!, network), canReach(others[0]!, network)]);
  if (isReachable !== isOtherReachable) return [isReachable ? some : others, []];
  const isBetter = precedence(some[0]!) >= precedence(others[0]!);
  return isBetter ? [some, others] : [others, some];
}

function precedence(address: string): number {
  if (addressFamily(address) === 4) return 35;
  return isPrivate(address) ? 3 : 40;
}

function canReach(address: string, network: Network): Promise<boolean> {
  return network.sourceAddressFor(address).then(
    () => true,
    () => false,
  );
}

/** "interleave address families" (RFC 8305 §4). */
function takeTurns(some: readonly string[], others: readonly string[]): string[] {
  const turns: string[] = [];
  for (let i = 0; i < Math.max(some.length, others.length); i++) {
    if (i < some.length) turns.push(some[i]!);
    if (i < others.length) turns.push(others[i]!);
  }
  return turns;
}
