import type { CallState } from "../call/call-state.ts";
import { ClientError } from "../errors/client-error.ts";
import { eventPriorities, eventPriority, type ClientEvent, type ClientEventType } from "./client-event.ts";
import type { EventPriority } from "./event-stamp.ts";

/** Which events are wanted; an event must fit all that is given. */
export interface EventFilter {
  /** Ids of calls. Events of no call do not fit. */
  callIds?: readonly string[];
  /** States of the call, as it is with the event. Events of no call do not fit. */
  callStates?: readonly CallState[];
  /** Ids of accounts: the events of their registrations. Events of no registration do not fit. */
  registrationIds?: readonly string[];
  types?: readonly ClientEventType[];
  /** Default `Low`: all. */
  minPriority?: EventPriority;
}

/** Says whether an event is wanted. */
export type EventPredicate = (
  event: Pick<ClientEvent, "type" | "priority" | "callId" | "state"> & { readonly registrationId?: string },
) => boolean;

/** @throws {ClientError} `CONFIG_INVALID` for a type or priority that does not exist. */
export function eventPredicate({ callIds, callStates, registrationIds, types, minPriority = "Low" }: EventFilter): EventPredicate {
  const unknown = types?.find((type) => !Object.hasOwn(eventPriority, type));
  if (unknown !== undefined) throw new ClientError("CONFIG_INVALID", `types: there are no events of type ${JSON.stringify(unknown)} here`);
  const least = eventPriorities.indexOf(minPriority);
  if (least < 0) throw new ClientError("CONFIG_INVALID", `minPriority is one of ${eventPriorities.join(", ")}`);
  const ids = callIds && new Set(callIds);
  const states = callStates && new Set(callStates);
  const registrations = registrationIds && new Set(registrationIds);
  const wantedTypes = types && new Set(types);
  return ({ type, priority, callId, state, registrationId }) =>
    eventPriorities.indexOf(priority) >= least &&
    (wantedTypes === undefined || wantedTypes.has(type)) &&
    (registrations === undefined || (registrationId !== undefined && registrations.has(registrationId))) &&
    (ids === undefined || (callId !== undefined && ids.has(callId))) &&
    (states === undefined || (state !== undefined && states.has(state)));
}
