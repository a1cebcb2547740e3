import type { Session } from "./session.ts";
import { SessionError } from "./session-error.ts";
import { DialogError } from "@sidetone/dialog-core";

/** What hold needs of a negotiator that makes its own descriptions. */
export interface HoldableNegotiator {
  /** The direction that the next offer and every answer ask for. */
  wantHold(held: boolean): void;
}

/**
 * Puts the peer on hold or takes it off: a re-INVITE that offers `sendonly` or `sendrecv` (RFC 3264 §8.4).
 *
 * @throws {SessionError} `SESSION_MODIFICATION_REFUSED` when the peer refuses: everything is as it was before; `SESSION_STATE`, `SESSION_ENDED`.
 */
export async function changeHold(session: Session, negotiator: HoldableNegotiator, held: boolean): Promise<void> {
  if (session.phase !== "Connected") {
    throw new SessionError(
      session.phase === "Ended" ? "SESSION_ENDED" : "SESSION_STATE",
      `A call that is ${session.phase} cannot be held or resumed`,
    );
  }
  if (session.hold.local === held) return;
  negotiator.wantHold(held);
  try {
    await session.usage.modify("modify");
  } catch (error) {
    negotiator.wantHold(!held);
    throw modificationError(error, held ? "hold" : "resume");
  }
  session.setHold({ local: held, remote: session.hold.remote });
}

/** Wraps what a re-INVITE failed with. */
export function modificationError(error: unknown, what: string): SessionError {
  if (DialogError.is(error, "DIALOG_TERMINATED"))
    return new SessionError("SESSION_ENDED", `The call ended before the peer agreed to ${what}`, { cause: error });
  const statusCode = error instanceof DialogError ? error.statusCode : undefined;
  return new SessionError("SESSION_MODIFICATION_REFUSED", `The peer refused to ${what}; the call goes on as before`, {
    statusCode,
    cause: error,
  });
}
