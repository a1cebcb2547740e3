import type { Binding, RegistrationStatus } from "@sidetone/dialog-core";
import type { ClientErrorCode } from "../errors/client-error-table.ts";

/**
 * - `Pending`: the registrar's answer is awaited, to a registration or an un-registration.
 * - `Active`: the account can be called. With an `error`, prolonging it failed, and is tried again at `retryAtMs`.
 * - `Failed`: with `retryAtMs` it is tried again, without it is not: the registrar's refusal is final.
 * - `Expired`: the binding ran out, as the registrar could not be reached in time; it is tried again.
 * - `Cancelled`: not registered, and not wanted to be.
 */
export type RegistrationState = RegistrationStatus;

/** The registration of an account, as plain data. */
export interface RegistrationInfo {
  readonly accountId: string;
  /** Address-of-record. */
  readonly uri: string;
  /** Undefined: the account has none. */
  readonly registrar: string | undefined;
  readonly state: RegistrationState;
  /** URI under which the registrar knows this client; undefined while it does not. */
  readonly contact: string | undefined;
  /** Every binding of the account that the registrar has told, those of other phones too, as of the last answer. */
  readonly bindings: readonly Binding[];
  /** When the binding runs out, in milliseconds since the Unix epoch. */
  readonly expiresAtMs: number | undefined;
  /** When it is tried again, in milliseconds since the Unix epoch. */
  readonly retryAtMs: number | undefined;
  /** Why the last try failed. */
  readonly error: RegistrationErrorInfo | undefined;
}

export interface RegistrationErrorInfo {
  readonly code: ClientErrorCode;
  readonly message: string;
  /** Of the registrar's answer, if there was one. */
  readonly statusCode: number | undefined;
}
