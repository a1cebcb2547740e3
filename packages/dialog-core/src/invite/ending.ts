import type { HeaderInput } from "@sidetone/sip-core";
import type { InviteTermination } from "./invite-termination.ts";

/** An end that was decided and is on its way. */
export interface Ending {
  readonly termination: InviteTermination;
  /** Further header fields of the BYE or CANCEL. */
  readonly headers?: readonly HeaderInput[] | undefined;
}
