import { VoipError } from "@sidetone/infra-common";

export type RegistrarErrorCode = "REGISTRAR_OPTION" | "REGISTRAR_USERS";

/**
 * A registrar could not be set up.
 *
 * - `REGISTRAR_OPTION`: an option has a value that cannot be honoured; the message names it.
 * - `REGISTRAR_USERS`: a list of users is malformed; the message names the lines, and never what stands in them.
 */
export class RegistrarError extends VoipError<RegistrarErrorCode> {
  static {
    Object.defineProperty(this.prototype, "name", { value: "RegistrarError", configurable: true });
  }
}
