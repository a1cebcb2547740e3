import type { CallInfo } from "../call/call-info.ts";
import { CallState } from "../call/call-state.ts";
import type { RegistrationInfo } from "../registration/registration-info.ts";
import type { ClientEvent } from "./client-event.ts";

/** The calls and registrations of a client at one moment, as plain data. */
export interface ClientSnapshot {
  /** Of the last event that it contains: subscribe with `fromSequence: sequence + 1` for those that follow. */
  readonly sequence: number;
  /** Milliseconds since the Unix epoch. */
  readonly timestampMs: number;
  /** Those that have not ended, oldest first. */
  readonly calls: readonly CallInfo[];
  /** Of every account, in their order. */
  readonly registrations: readonly RegistrationInfo[];
}

/** The snapshot after an event: a snapshot and all events behind it give the present one. Events that it contains already change nothing. */
export function applyClientEvent(snapshot: ClientSnapshot, event: ClientEvent): ClientSnapshot {
  const { sequence, timestampMs } = event;
  return {
    sequence: Math.max(sequence, snapshot.sequence),
    timestampMs,
    calls: callsAfter(snapshot.calls, event),
    registrations: registrationsAfter(snapshot.registrations, event),
  };
}

function registrationsAfter(registrations: readonly RegistrationInfo[], event: ClientEvent): readonly RegistrationInfo[] {
  if (event.type !== "RegistrationStatusChanged") return registrations;
  return registrations.map((each) => (each.accountId === event.registrationId ? event.registration : each));
}

function callsAfter(calls: readonly CallInfo[], event: ClientEvent): readonly CallInfo[] {
  if (event.type === "IncomingCall" || event.type === "CallStateChanged") return withCall(calls, event.call);
  const changed = changeOf(event);
  return changed ? calls.map((call) => (call.id === event.callId ? { ...call, ...changed } : call)) : calls;
}

function withCall(calls: readonly CallInfo[], call: CallInfo): readonly CallInfo[] {
  if (CallState.isTerminated(call.state)) return calls.filter(({ id }) => id !== call.id);
  return calls.some(({ id }) => id === call.id) ? calls.map((other) => (other.id === call.id ? call : other)) : [...calls, call];
}

function changeOf(event: ClientEvent): Partial<CallInfo> | undefined {
  switch (event.type) {
    case "MicrophoneStateChanged":
      return { microphoneMuted: event.muted };
    case "SpeakerStateChanged":
      return { speakerMuted: event.muted };
    case "HoldStateChanged":
      return { hold: { local: event.local, remote: event.remote }, state: event.state };
    case "MediaSessionStarted":
    case "MediaSessionUpdated":
      return { media: event.media };
    case "MediaSessionStopped":
      return { media: undefined };
    default:
      return undefined;
  }
}
