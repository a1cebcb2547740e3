import type { CallState } from "../call/call-state.ts";
import { ClientError } from "../errors/client-error.ts";
import { eventPriorities, eventPriority, type ClientEvent, type ClientEventType, type EventPriority } from "./client-event.ts";

/** Which events are wanted; an event must fit all that is given. */
export interface EventFilter {
  /** Ids of calls. Events of no call do not fit. */
  callIds?: readonly string[];
  /** States of the call, as it is with the event. Events of no call do not fit. */
  callStates?: readonly CallState[];
  types?: readonly ClientEventType[];
  /** Default `Low`: all. */
  minPriority?: EventPriority;
}

/** Says whether an event is wanted. */
export type EventPredicate = (event: Pick<ClientEvent, "type" | "priority" | "callId" | "state">) => boolean;

/** @throws {ClientError} `CONFIG_INVALID` for a type or priority that does not exist. */
export function eventPredicate({ callIds, callStates, types, minPriority = "Low" }: EventFilter): EventPredicate {
  const unknown = types?.find((type) => !Object.hasOwn(eventPriority, type));
  if (unknown !== undefined) throw new ClientError("CONFIG_INVALID", `types: there are no events of type ${JSON.stringify(unknown)} here`);
  const least = eventPriorities.indexOf(minPriority);
  if (least < 0) throw new ClientError("CONFIG_INVALID", `minPriority is one of ${eventPriorities.join(", ")}`);
  const ids = callIds && new Set(callIds);
  const states = callStates && new Set(callStates);
  const wantedTypes = types && new Set(types);
  return ({ type, priority, callId, state }) =>
    eventPriorities.indexOf(priority) >= least &&
    (wantedTypes === undefined || wantedTypes.has(type)) &&
    (ids === undefined || (callId !== undefined && ids.has(callId))) &&
    (states === undefined || (state !== undefined && states.has(state)));
}
