import type { NaptrRecord } from "@sidetone/infra-common";
import type { TransportName } from "../transport-name.ts";
import { serviceOfNaptr, transportServices, type TransportService } from "./transport-service.ts";

/** A transport, and the name of the SRV records that say where it is offered. */
export interface ServicePointer {
  readonly service: TransportService;
  readonly srvName: string;
}

export function pointerTo(service: TransportService, host: string): ServicePointer {
  return { service, srvName: `${service.srvPrefix}.${host}` };
}

/**
 * The NAPTR records that apply (RFC 3263 §4.1), best first: those of the lowest order at which one does, by preference. "Once a match is
 * found … the client MUST NOT consider any NAPTR records with a higher value for order" (RFC 3403 §4.1).
 */
export function pointersFrom(
  records: readonly NaptrRecord[],
  scheme: "sip" | "sips",
  isUsable: (transport: TransportName) => boolean,
): ServicePointer[] {
  const applicable = records
    .filter((record) => applies(record, scheme, isUsable))
    .toSorted((one, other) => one.order - other.order || one.preference - other.preference);
  const pointers = applicable
    .filter(({ order }) => order === applicable[0]!.order)
    .map(({ service, replacement }): ServicePointer => ({ service: serviceOfNaptr(service)!, srvName: replacement }));
  return pointers.filter(({ srvName }, index) => pointers.findIndex((other) => other.srvName === srvName) === index).slice(0, maxPointers);
}

/** SRV names worth asking for: one for each transport there is. */
const maxPointers = transportServices.length;

function applies(
  { flags, service, regexp, replacement }: NaptrRecord,
  scheme: "sip" | "sips",
  isUsable: (transport: TransportName) => boolean,
): boolean {
  const known = serviceOfNaptr(service);
  // "the client MUST discard any service fields that identify a resolution service whose value is not 'D2X', for values of X that
  // indicate transport protocols supported by the client"
  if (!known || !isUsable(known.transport)) return false;
  // "a client resolving a SIPS URI MUST discard any services that do not contain 'SIPS'"; the converse is not true.
  if (scheme === "sips" && !known.isSecure) return false;
  // "The resource record will contain an empty regular expression and a replacement value, which is the SRV record"
  return flags.toLowerCase() === "s" && regexp === "" && replacement !== "" && replacement !== ".";
}

/**
 * What to ask for when there are no NAPTR records: "the client constructs SRV queries for those transport protocols it supports … using
 * the service identifier '_sip' for SIP URIs and '_sips' for SIPS URIs" (RFC 3263 §4.1). WebSockets only where there is nothing else.
 */
export function usualServices(scheme: "sip" | "sips", isUsable: (transport: TransportName) => boolean): readonly TransportService[] {
  const usable = transportServices.filter(({ transport, isSecure }) => isSecure === (scheme === "sips") && isUsable(transport));
  const withoutWebSocket = usable.filter(({ transport }) => transport !== "WS" && transport !== "WSS");
  return withoutWebSocket.length > 0 ? withoutWebSocket : usable;
}
