import type { ClientErrorCode } from "./client-error-table.ts";

const named: Readonly<Record<number, ClientErrorCode>> = {
  401: "AUTHENTICATION_FAILED",
  407: "AUTHENTICATION_FAILED",
  408: "TIMEOUT",
  480: "CALL_NO_ANSWER",
  486: "CALL_BUSY",
  488: "MEDIA_NEGOTIATION_FAILED",
  503: "SERVER_UNREACHABLE",
  600: "CALL_BUSY",
  606: "MEDIA_NEGOTIATION_FAILED",
};

/** What the refusal of a call is called, by its status code of 300 to 699 (RFC 3261 §21). */
export function refusalCode(statusCode: number): ClientErrorCode {
  return named[statusCode] ?? (statusCode < 400 ? "CALL_REDIRECTED" : "CALL_REJECTED");
}
