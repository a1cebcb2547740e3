/** How far the failure of a request within a dialog reaches (RFC 5057 §5.1). */
export type FailureEffect = "transaction" | "usage" | "dialog";

/** RFC 5057 Table 1; what is not named fails the transaction only. */
const effects: Readonly<Record<number, FailureEffect>> = {
  405: "usage",
  480: "usage",
  481: "usage",
  489: "usage",
  501: "usage",
  404: "dialog",
  410: "dialog",
  416: "dialog",
  482: "dialog",
  483: "dialog",
  484: "dialog",
  485: "dialog",
  502: "dialog",
  604: "dialog",
};

/** The requests that an INVITE usage cannot live without. */
const vitalMethods: ReadonlySet<string> = new Set(["INVITE", "BYE"]);
const usageMethods: ReadonlySet<string> = new Set([...vitalMethods, "UPDATE", "PRACK", "INFO"]);

/**
 * What the final response `statusCode` (408 also for no response at all) to a request of an INVITE usage ends.
 *
 * A method that the peer does not know or allow ends the usage only if the usage needs it: a refused INFO or UPDATE leaves the call alone.
 * "If the response for a request within a dialog is a 481 or a 408, the UAC SHOULD terminate the dialog" (RFC 3261 §12.2.1.2), which
 * RFC 5057 §5.2 narrows to the usage that the request belongs to: an unanswered OPTIONS ends nothing.
 */
export function failureEffect(method: string, statusCode: number): FailureEffect {
  if (statusCode === 405 || statusCode === 501 || statusCode === 480) return vitalMethods.has(method) ? "usage" : "transaction";
  if (statusCode === 408) return usageMethods.has(method) ? "usage" : "transaction";
  return effects[statusCode] ?? "transaction";
}
