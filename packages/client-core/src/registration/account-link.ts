import type { Binding } from "@sidetone/dialog-core";
import type { RegistrationInfo } from "./registration-info.ts";

/** What an account needs of the client that it belongs to. */
export interface AccountLink {
  readonly info: RegistrationInfo;
  /** Whether the account has a call that has not ended. */
  readonly hasCalls: boolean;
  readonly serviceRoute: readonly string[];
  /** Which of the account's ways requests take. */
  readonly wayIndex: number;
  register(signal: AbortSignal | undefined): Promise<RegistrationInfo>;
  unregister(): Promise<void>;
  fetchBindings(signal: AbortSignal | undefined): Promise<readonly Binding[]>;
  states(signal: AbortSignal | undefined): AsyncIterable<RegistrationInfo>;
}
