import type { Clock } from "@sidetone/infra-common";
import {
  parseMessage,
  SipRequest,
  withReceived,
  type SipLimits,
  type SipMessage,
  SipParseError,
  type SipResponse,
} from "@sidetone/sip-core";
import type { Flow } from "./flow.ts";
import { withoutZone } from "./sent-by.ts";
import type { SipTransportError } from "./sip-transport-error.ts";
import type { SipTransportUser } from "./sip-transport-user.ts";
import { defaultPorts } from "./transport-name.ts";
import { traceMessage } from "./wire-trace.ts";

/** Tells whether a response's sent-by, on arrival over `flow`, is one that this stack writes. */
export type SentByCheck = (host: string, port: number, flow: Flow) => boolean;

/** Hears of the end of flows, beside the user. */
export interface FlowObserver {
  flowFailed(flow: Flow, error: SipTransportError): void;
  /** A socket was closed, and its flows with it. */
  socketClosed(): void;
}

/** Where messages come in from every transport, and what decides whether they go on to the user. */
export class Ingress {
  user: SipTransportUser | undefined = undefined;
  /** Who keeps flows alive. */
  watches: FlowObserver | undefined = undefined;
  readonly clock: Clock;
  readonly limits: SipLimits;
  readonly #isOurs: SentByCheck;

  constructor(clock: Clock, limits: SipLimits, isOurs: SentByCheck) {
    this.clock = clock;
    this.limits = limits;
    this.#isOurs = isOurs;
  }

  /** Takes a datagram: one message, a keep-alive, or rubbish. */
  receiveDatagram(bytes: Buffer, flow: Flow): void {
    if (isKeepAlive(bytes)) return;
    let message: SipRequest | SipResponse;
    try {
      message = parseMessage(bytes, this.limits);
    } catch (error) {
      return this.receiveMalformed(error as SipParseError<SipRequest>, bytes, flow);
    }
    this.receive(message, bytes, flow);
  }

  /** Takes a well-formed message; `bytes` are those of the message alone, where they lie together. */
  receive(message: SipRequest | SipResponse, bytes: Uint8Array | undefined, flow: Flow): void {
    if (message instanceof SipRequest) {
      traceMessage("received", flow, bytes ?? message, this.clock);
      this.user?.onRequest(withReceived(message, withoutZone(flow.remoteAddress), flow.remotePort), flow);
    } else this.#receiveResponse(message, bytes, flow);
  }

  /** Takes what is no message. What cannot be answered is dropped; an answer goes where that to a good request would go. */
  receiveMalformed(error: SipParseError<SipRequest>, bytes: Uint8Array, flow: Flow): void {
    if (!error.request) return this.drop(error.message, bytes, flow);
    traceMessage("received", flow, bytes, this.clock);
    const { code, message, statusCode, cause } = error;
    const request = withReceived(error.request, withoutZone(flow.remoteAddress), flow.remotePort);
    this.user?.onMalformed(new SipParseError(code, message, { statusCode, cause, request }), flow);
  }

  /** Tells the transactions over `flow`, and whoever keeps it alive. */
  flowFailed(flow: Flow, error: SipTransportError): void {
    this.user?.onFlowFailed(flow, error);
    this.watches?.flowFailed(flow, error);
  }

  drop(reason: string, message: Uint8Array | SipMessage, flow: Flow): void {
    traceMessage("dropped", flow, message, this.clock, reason);
  }

  /** "If there is a match on the sent-by … if there is no match, the response MUST be silently discarded" (RFC 3261 §18.1.2). */
  #receiveResponse(response: SipResponse, bytes: Uint8Array | undefined, flow: Flow): void {
    const { host, port = defaultPorts[flow.transport] } = response.topVia;
    if (!this.#isOurs(host, port, flow)) return this.drop("the top Via of the response is not ours", bytes ?? response, flow);
    traceMessage("received", flow, bytes ?? response, this.clock);
    this.user?.onResponse(response, flow);
  }
}

/** Nothing but line ends, or the NUL that some phones send: keeps a NAT binding open (RFC 5626 §3.5.1). */
function isKeepAlive(bytes: Uint8Array): boolean {
  if ((bytes[0] ?? 0) > 0x0d) return false;
  return bytes.every((byte) => byte === 0x0d || byte === 0x0a || byte === 0);
}
