import type { Registration } from "@sidetone/dialog-core";
import type { Account } from "../account.ts";
import { registrationError } from "./registration-error.ts";
import type { RegistrationInfo } from "./registration-info.ts";

/** The registration of an account as it is now. @param epochMs wall-clock time at 0 of the client's clock. */
export function describeRegistration(account: Account, registration: Registration | undefined, epochMs: number): RegistrationInfo {
  const { id: accountId, uri, registrar } = account;
  const atMs = (time: number | undefined): number | undefined => (time === undefined ? undefined : Math.round(epochMs + time));
  const error = registration && registrationError(account, registration);
  return {
    accountId,
    uri: uri.toString(),
    registrar,
    state: registration?.status ?? "Cancelled",
    contact: registration?.contact,
    bindings: registration?.bindings ?? [],
    expiresAtMs: atMs(registration?.expiresAtMs),
    retryAtMs: atMs(registration?.retryAtMs),
    error: error && { code: error.code, message: error.message, statusCode: error.statusCode },
  };
}
