import { formatHostPort } from "@sidetone/infra-common";

/** Text of sent-by, and of the hostport in a Contact. */
export function sentByFor(address: string, port: number): string {
  return formatHostPort(withoutZone(address), port);
}

/** A zone (`fe80::1%eth0`) means something on this machine only and has no place in SIP. */
export function withoutZone(address: string): string {
  const zone = address.indexOf("%");
  return zone < 0 ? address : address.slice(0, zone);
}
