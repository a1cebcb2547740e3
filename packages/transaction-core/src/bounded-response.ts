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
 * The response to a request of somebody who may not be where he says: what would make it more than about three times as large as the request
 * is left out, the body first, then fields of `headers`, the last ones first.
 */
export function createBoundedResponse(request: SipRequest, statusCode: number, options: CreateResponseOptions = {}): SipResponse {
  const most = mostAmplification * sizeOf(request);
  let response = createResponse(request, statusCode, options);
  if (sizeOf(response) <= most) return response;
  const headers: HeaderInput[] = [...(options.headers ?? [])];
  let { body } = options;
  while (sizeOf(response) > most && (body !== undefined || headers.length > 0)) {
    if (body === undefined) headers.pop();
    else body = undefined;
    response = createResponse(request, statusCode, { ...options, headers, body });
  }
  return response;
}

/** Bytes on the wire, but for a Content-Length that is written when it is sent. */
function sizeOf({ head, body }: SipMessage): number {
  return head.end + 2 + body.length;
}
