import { delay, type Environment, type Sleep } from "@sidetone/infra-common";
import { announceAddress, type Session, type Sessions } from "@sidetone/session-core";
import type { AccountRegistration } from "../registration/account-registration.ts";
import type { NetworkChange } from "./network-change.ts";

/** How long calls wait for registrations, which may tell the address that a NAT gives us. */
const registrationHeadStartMs = 2000;

export interface RecoveryParts {
  readonly environment: Environment;
  readonly sessions: Sessions;
  readonly registrations: readonly AccountRegistration[];
}

export type Recovery = Omit<Extract<NetworkChange, { kind: "Recovered" }>, "kind" | "durationMs">;

/** What is remembered from one recovery to the next. */
export interface RecoveryMemory {
  /** Registrations and sessions that had no way out the last time. */
  readonly cutOff: WeakSet<object>;
  /** Ids of calls whose peers are about to be told. */
  readonly telling: Set<string>;
}

/**
 * Registers anew, and tells the peers of calls where this side is, wherever that is not where they believe it; after a sleep in any case.
 *
 * @returns undefined when there was nothing to do.
 */
export async function recover(parts: RecoveryParts, memory: RecoveryMemory, sleep: Sleep | undefined): Promise<Recovery | undefined> {
  const connected = parts.sessions.all.filter(({ phase }) => phase === "Connected");
  await Promise.all(
    connected.map(async (session) => {
      const way = await session.usage.wayOut();
      if (way === "other" || sleep) memory.telling.add(session.id);
    }),
  );
  const renewals = await Promise.all(parts.registrations.map((registration) => renew(registration, memory.cutOff, sleep)));
  const registering = Promise.all(renewals.flatMap((renewal) => renewal ?? []));
  await headStart(parts.environment, registering);
  const moves = await Promise.all(connected.map((session) => move(parts.environment, session, memory, sleep)));
  const registrationIds = (await registering).flatMap((id) => id ?? []);
  const idsOf = (outcome: MoveOutcome): string[] => connected.flatMap(({ id }, i) => (moves[i] === outcome ? id : []));
  if (moves.every((outcome) => outcome === "unmoved") && renewals.every((renewal) => renewal === undefined)) return undefined;
  return { registrationIds, callIds: idsOf("taken"), refusedCallIds: idsOf("refused") };
}

async function headStart({ clock }: Environment, registering: Promise<unknown>): Promise<void> {
  const over = new AbortController();
  await Promise.race([registering, delay(clock, registrationHeadStartMs, over.signal).catch(() => {})]);
  over.abort();
}

/** Undefined when nothing is to be done; else a list of one promise, of the account's id when it is registered. */
async function renew(
  registration: AccountRegistration,
  cutOff: WeakSet<object>,
  sleep: Sleep | undefined,
): Promise<[Promise<string | undefined>] | undefined> {
  const way = await registration.wayOut();
  const wasCutOff = cutOff.delete(registration);
  if (way === "none") cutOff.add(registration);
  const isDue = way === "other" || (way === "same" && (wasCutOff || registration.hasFailed));
  if (!isDue && !sleep) return undefined;
  const renewal = registration.renew(sleep?.uncountedMs ?? 0);
  return renewal && [renewal];
}

type MoveOutcome = "unmoved" | "taken" | "refused";

async function move(
  { logger }: Environment,
  session: Session,
  { cutOff, telling }: RecoveryMemory,
  sleep: Sleep | undefined,
): Promise<MoveOutcome> {
  const { id, audio } = session;
  try {
    const way = await session.usage.wayOut();
    const hasMediaMoved = way !== "none" && audio.kind === "local" && (await audio.relocate(session.negotiated?.remoteAddress));
    const wasCutOff = cutOff.delete(session);
    if (way === "none") cutOff.add(session);
    const isDue = way === "other" || hasMediaMoved || (way === "same" && (wasCutOff || sleep !== undefined));
    if (!isDue) return "unmoved";
    await announceAddress(session, { asBefore: !hasMediaMoved });
    return "taken";
  } catch (error) {
    logger.warn({ err: error, callId: id }, "The peer of a call was not told that this side has moved");
    if (session.phase === "Connected") cutOff.add(session);
    return "refused";
  } finally {
    telling.delete(id);
  }
}
