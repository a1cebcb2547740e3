export { defaultPorts, type TransportName } from "./transport-name.ts";
export type { Flow } from "./flow.ts";
export type { SipTarget } from "./sip-target.ts";
export type { SipTransportUser } from "./sip-transport-user.ts";
export type { FlowOptions, ListeningPoint, ListenOptions, SipTransports } from "./sip-transports.ts";
export { SipTransportError, type SipTransportErrorCode } from "./sip-transport-error.ts";
