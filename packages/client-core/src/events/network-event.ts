import type { FlowFailed, FlowRestored } from "../registration/flow-change.ts";
import type { NetworkChange } from "../network/network-change.ts";
import type { EventStamp } from "./event-stamp.ts";

/**
 * No STUN server has told the public address of a call's media in time. Its descriptions name `fallback` instead, or our own address where
 * that is undefined. Of no call: it holds for all of the account until the servers are asked again, a minute later.
 */
export interface PublicAddressUnknownEvent extends EventStamp {
  readonly type: "NetworkEvent";
  readonly kind: "PublicAddressUnknown";
  readonly callId: undefined;
  readonly state: undefined;
  readonly accountId: string;
  readonly message: string;
  readonly fallback: string | undefined;
}

/** A flow of an account has failed. Of no call. */
export interface FlowFailedEvent extends EventStamp, FlowFailed {
  readonly type: "NetworkEvent";
  readonly callId: undefined;
  readonly state: undefined;
}

/** A flow of an account is restored. Of no call. */
export interface FlowRestoredEvent extends EventStamp, FlowRestored {
  readonly type: "NetworkEvent";
  readonly callId: undefined;
  readonly state: undefined;
}

/** The network under the client has changed, or the machine has slept; or what came of it. Of no call. */
export type NetworkChangedEvent = EventStamp &
  NetworkChange & { readonly type: "NetworkEvent"; readonly callId: undefined; readonly state: undefined };

/** Told apart by `kind`. */
export type NetworkEvent = NetworkChangedEvent | PublicAddressUnknownEvent | FlowFailedEvent | FlowRestoredEvent;
