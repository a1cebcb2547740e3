import { DialogError } from "@sidetone/dialog-core";
import { codecsNamed } from "./codecs-named.ts";
import type { AudioTerms, LocalAudio } from "./negotiation/local-audio.ts";
import type { Session } from "./session.ts";
import { SessionError } from "./session-error.ts";

/** What may change; what is left out stays. */
export interface ProposedTerms {
  /** Whether this side holds the peer. */
  readonly held?: boolean;
  /** Encoding names in order of preference. */
  readonly codecs?: readonly string[];
}

/**
 * Changes what this side wants of the audio by a re-INVITE: hold and resume (RFC 3264 §8.4), the codecs. Changes asked for at the same
 * time are made one after the other; one that asks for what is so already sends nothing.
 *
 * @throws {SessionError} `SESSION_MODIFICATION_REFUSED` when the peer refuses: everything is as it was before. `SESSION_STATE` before the
 *   answer, `SESSION_ENDED` when the call ends first, `SESSION_NO_MEDIA` with external media, `SESSION_CODEC`.
 */
export async function proposeTerms(session: Session, { held, codecs }: ProposedTerms, what: string): Promise<void> {
  const { audio } = session;
  if (audio.kind === "external")
    throw new SessionError("SESSION_NO_MEDIA", `With external media, ${what} by offering a description of yours`);
  const terms = { ...(held === undefined ? {} : { held }), ...(codecs ? { codecs: codecsNamed(audio.registry, codecs) } : {}) };
  await oneAtATime(session, () => propose(session, audio, terms, what));
}

/** Offers, in a re-INVITE, the description that external media has prepared. Throws as {@link proposeTerms}. */
export async function offerPrepared(session: Session, sdp: string): Promise<void> {
  const { audio } = session;
  if (audio.kind === "local") throw new SessionError("SESSION_STATE", "The call makes its own session descriptions");
  await oneAtATime(session, async () => {
    audio.prepare(sdp);
    try {
      await sendModification(session, "change the session");
    } finally {
      audio.prepare(undefined);
    }
  });
}

async function propose(session: Session, audio: LocalAudio, terms: Partial<AudioTerms>, what: string): Promise<void> {
  requireConnected(session, what);
  if (terms.held === session.hold.local && terms.codecs === undefined) return;
  audio.proposal = terms;
  try {
    await sendModification(session, what);
  } finally {
    audio.proposal = undefined;
  }
}

/**
 * Tells the peer, in a re-INVITE, where this side is now: Contact, and where it receives media. Nothing else changes; who is held stays
 * held. `asBefore` repeats the description as it was, as external media does always. Throws as {@link proposeTerms}.
 */
export async function announceAddress(session: Session, { asBefore = false }: { asBefore?: boolean } = {}): Promise<void> {
  const reason = asBefore || session.audio.kind === "external" ? "refresh" : "modify";
  await oneAtATime(session, () => sendModification(session, "take this side's address", reason));
}

async function sendModification(session: Session, what: string, reason: "modify" | "refresh" = "modify"): Promise<void> {
  requireConnected(session, what);
  try {
    await session.usage.modify(reason);
  } catch (error) {
    throw modificationError(error, what);
  }
}

/** Waits for the modification before, whatever became of it. */
async function oneAtATime(session: Session, modify: () => Promise<void>): Promise<void> {
  const before = session.modifying;
  const now = before ? before.then(modify, modify) : modify();
  session.modifying = now;
  try {
    await now;
  } finally {
    if (session.modifying === now) session.modifying = undefined;
  }
}

function requireConnected({ phase }: Session, what: string): void {
  if (phase === "Ended") throw new SessionError("SESSION_ENDED", "The call has ended");
  if (phase !== "Connected") throw new SessionError("SESSION_STATE", `A call that is ${phase} cannot ${what}`);
}

function modificationError(error: unknown, what: string): SessionError {
  if (DialogError.is(error, "DIALOG_TERMINATED") || DialogError.is(error, "DIALOG_STATE"))
    return new SessionError("SESSION_ENDED", `The call ended before the peer agreed to ${what}`, { cause: error });
  const statusCode = error instanceof DialogError ? error.statusCode : undefined;
  return new SessionError("SESSION_MODIFICATION_REFUSED", `The peer did not agree to ${what}; the call goes on as before`, {
    statusCode,
    cause: error,
  });
}
