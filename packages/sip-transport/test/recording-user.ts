import type { SipParseError, SipRequest, SipResponse } from "@sidetone/sip-core";
import type { Flow, SipTransportUser } from "@sidetone/sip-transport";

/** Keeps what the transports deliver. */
export class RecordingUser implements SipTransportUser {
  readonly requests: { request: SipRequest; flow: Flow }[] = [];
  readonly responses: { response: SipResponse; flow: Flow }[] = [];
  readonly malformed: { error: SipParseError<SipRequest>; flow: Flow }[] = [];
  readonly failures: { flow: Flow; error: Error }[] = [];

  onRequest(request: SipRequest, flow: Flow): void {
    this.requests.push({ request, flow });
  }

  onResponse(response: SipResponse, flow: Flow): void {
    this.responses.push({ response, flow });
  }

  onMalformed(error: SipParseError<SipRequest>, flow: Flow): void {
    this.malformed.push({ error, flow });
  }

  onFlowFailed(flow: Flow, error: Error): void {
    this.failures.push({ flow, error });
  }
}
