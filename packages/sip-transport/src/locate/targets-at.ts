import { addressFamily } from "@sidetone/infra-common";
import type { SipTarget } from "../sip-target.ts";

/** A target without its address. */
export type TargetPlace = Omit<SipTarget, "address" | "otherAddress">;

/**
 * The targets at the addresses of one host. Over a stream, neighbours of different families are one server to be connected to either
 * way (RFC 8305); over UDP, where no connection tells which of them works, each is a target of its own.
 */
export function targetsAt(addresses: readonly string[], place: TargetPlace): SipTarget[] {
  const targets: SipTarget[] = [];
  for (let i = 0; i < addresses.length; i++) {
    const address = addresses[i]!;
    const next = addresses[i + 1];
    const isPair = place.transport !== "UDP" && next !== undefined && addressFamily(next) !== addressFamily(address);
    if (isPair) i++;
    targets.push({ ...place, address, ...(isPair && { otherAddress: next }) });
  }
  return targets;
}
