import type { Registration } from "./registration.ts";

/** What a registration reports to. One object may serve many. */
export interface RegistrationUser {
  /** Something about the registration has changed: its status, its binding, or why and when it is tried again. Once for each change. */
  onRegistrationChanged(registration: Registration): void;
}
