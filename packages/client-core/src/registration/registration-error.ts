import type { Registration } from "@sidetone/dialog-core";
import type { SipUri } from "@sidetone/sip-core";
import { ClientError } from "../errors/client-error.ts";
import type { ClientErrorCode } from "../errors/client-error-table.ts";
import { codeOf } from "../errors/wrap-error.ts";

const named: Readonly<Record<number, ClientErrorCode>> = {
  401: "AUTHENTICATION_FAILED",
  407: "AUTHENTICATION_FAILED",
  408: "TIMEOUT",
  503: "SERVER_UNREACHABLE",
};

/** Why an account is not registered, or not for long; undefined when nothing is wrong. */
export function registrationError(account: { readonly uri: SipUri }, { error, status }: Registration): ClientError | undefined {
  const what = `Registration of ${account.uri.toString()}`;
  if (status === "Expired") {
    const why = error ? `: ${error.message}` : "";
    return new ClientError("REGISTRATION_EXPIRED", `${what} has run out${why}`, { cause: error, statusCode: error?.statusCode });
  }
  if (!error) return undefined;
  const { statusCode } = error;
  const refusal = statusCode === undefined ? undefined : named[statusCode];
  const code = error.code === "DIALOG_REFUSED" ? (refusal ?? "REGISTRATION_FAILED") : (codeOf(error) ?? "REGISTRATION_FAILED");
  return new ClientError(code, `${what}: ${error.message}`, { cause: error, statusCode });
}
