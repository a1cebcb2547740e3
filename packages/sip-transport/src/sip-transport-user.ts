import type { SipParseError, SipRequest, SipResponse } from "@sidetone/sip-core";
import type { Flow } from "./flow.ts";

/** What the transports deliver to: the transaction layer. One object serves all flows; nothing here may throw. */
export interface SipTransportUser {
  /** A well-formed request; its top Via carries `received` and `rport` already (RFC 3261 §18.2.1, RFC 3581 §4). */
  onRequest(request: SipRequest, flow: Flow): void;
  /** A well-formed response whose top Via is one of ours (RFC 3261 §18.1.2). */
  onResponse(response: SipResponse, flow: Flow): void;
  /** Something that is meant as SIP and is not well-formed. `error.request` is there when it could be answered. A stream is closed afterwards. */
  onMalformed(error: SipParseError<SipRequest>, flow: Flow): void;
  /** A send failed, or the connection ended or broke: what waits for an answer over `flow` need not wait. */
  onFlowFailed(flow: Flow, error: Error): void;
  /** Whether a Binding request (STUN) that came over `flow` is answered (RFC 5626 §8). Default: each is. */
  answersStun?(flow: Flow): boolean;
}
