import type { SessionHold } from "@sidetone/session-core";
import { ManagedCalls } from "./managed-calls.ts";
import type { CallRef } from "./managed-lifecycle.ts";

/** Hold and key presses. */
export abstract class ManagedControl extends ManagedCalls {
  /** Puts the peer on hold; see `Call.hold`. @throws {ClientError} `CALL_NOT_FOUND`, and what that rejects with. */
  holdCall(ref: CallRef): Promise<void> {
    return this.command("holdCall", () => this.resolve(ref).hold());
  }

  /** Takes the peer off hold. Throws as {@link holdCall}. */
  resumeCall(ref: CallRef): Promise<void> {
    return this.command("resumeCall", () => this.resolve(ref).resume());
  }

  /** Whether either side holds. @throws {ClientError} `CALL_NOT_FOUND`. */
  isCallOnHold(ref: CallRef): boolean {
    const { local, remote } = this.resolve(ref).holding;
    return local || remote;
  }

  /** Who holds. @throws {ClientError} `CALL_NOT_FOUND`. */
  getCallHold(ref: CallRef): SessionHold {
    return this.resolve(ref).holding;
  }

  /** Sends key presses; see `Call.sendDtmf`. @throws {ClientError} `CALL_NOT_FOUND`, and what that rejects with. */
  sendDtmf(ref: CallRef, digits: string, options: { durationMs?: number; gapMs?: number } = {}): Promise<void> {
    return this.command("sendDtmf", () => this.resolve(ref).sendDtmf(digits, options));
  }
}
