import { addressFamily, anySignal, timeoutSignal, type Clock } from "@sidetone/infra-common";
import type { SipUri } from "@sidetone/sip-core";
import type { Location, SipTarget } from "@sidetone/sip-transport";
import type { SipProbe } from "./sip-probe.ts";

/** More than any sensible set of records has; and no more is sent to, whatever a name server says. */
export const mostTargets = 16;

/** Where requests go, and how that was found out. */
export interface Located {
  /** As the stack goes for a request. */
  readonly location: Location;
  /** Over each further transport that the domain has SRV records for. */
  readonly besides: readonly Location[];
  readonly tookMs: number;
}

/** What is asked for beside what is needed; a name service that takes longer has told enough. */
const besidesLimitMs = 1500;

/** Asks the name service as the stack does, and then what else the domain offers. */
export async function locateServers(server: SipUri, probe: SipProbe, clock: Clock, signal: AbortSignal): Promise<Located> {
  const startedAtMs = clock.now();
  const location = await probe.explainLocation(server, signal);
  const tookMs = clock.now() - startedAtMs;
  // Address, port and transport in the URI leave nothing to offer (RFC 3263 §4.1).
  const isOpen = !location.error && server.transport === undefined && server.port === undefined && !addressFamily(server.host);
  return { location, besides: isOpen ? await offeredBesides(location, server, probe, clock, signal) : [], tookMs };
}

async function offeredBesides(location: Location, server: SipUri, probe: SipProbe, clock: Clock, signal: AbortSignal): Promise<Location[]> {
  using limit = timeoutSignal(clock, besidesLimitMs);
  using either = anySignal(signal, limit.signal);
  const asked = transports.map((name) => probe.explainLocation(server.withParameter("transport", name), either.signal));
  const answers = await Promise.allSettled(asked);
  signal.throwIfAborted();
  const transport = location.targets[0]?.transport;
  return answers.flatMap((answer) => {
    if (answer.status === "rejected") return [];
    const { targets, steps } = answer.value;
    return targets[0] && targets[0].transport !== transport && steps.some(hasServices) ? [answer.value] : [];
  });
}

const transports = ["udp", "tcp", "tls", "ws", "wss"] as const;

function hasServices({ question, records = [] }: Location["steps"][number]): boolean {
  return question?.startsWith("SRV ") === true && records.some((record) => !record.endsWith(" ."));
}

/** Every address to ask: those that the stack would race for a connection, one by one. */
export function targetsOf({ location, besides }: Located): SipTarget[] {
  return [location, ...besides].flatMap(({ targets }) =>
    targets.flatMap(({ otherAddress, ...target }) => [
      target,
      ...(otherAddress === undefined ? [] : [{ ...target, address: otherAddress }]),
    ]),
  );
}
