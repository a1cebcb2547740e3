import {
  createResponse,
  type CreateResponseOptions,
  type HeaderInput,
  type SipMessage,
  type SipRequest,
  type SipResponse,
} from "@sidetone/sip-core";

/** An answer to somebody whose address is not proved goes to whoever that address is: so many times the request it may be. */
const mostAmplification = 3;

/**
 * The response to a request of somebody who may not be where he says: fields of `headers` that would make it more than about three times
 * as large as the request are left out, the last ones first.
 */
export function createBoundedResponse(request: SipRequest, statusCode: number, options: CreateResponseOptions = {}): SipResponse {
  const most = mostAmplification * sizeOf(request);
  const headers: HeaderInput[] = [...(options.headers ?? [])];
  for (;;) {
    const response = createResponse(request, statusCode, { ...options, headers });
    if (headers.length === 0 || sizeOf(response) <= most) return response;
    headers.pop();
  }
}

/** Bytes on the wire, but for a Content-Length that is written when it is sent. */
function sizeOf({ head, body }: SipMessage): number {
  return head.end + 2 + body.length;
}
