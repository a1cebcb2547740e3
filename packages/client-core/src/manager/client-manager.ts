import type { ListenOptions } from "@sidetone/infra-common";
import type { Client } from "../client/client.ts";
import { eventPriority, type ClientEventMap, type ClientEventType } from "../events/client-event.ts";
import type { SubscribeOptions } from "../events/client-event-log.ts";
import type { ClientSnapshot } from "../events/client-snapshot.ts";
import type { EventSubscription } from "../events/event-subscription.ts";
import { decide, type ClientEventHandler } from "./event-handler.ts";
import { ManagedMedia } from "./managed-media.ts";

/**
 * Commands and events for a UI process, a socket or a test: calls are named by their id (or given as {@link Call}), and everything that
 * happens comes as plain data. It holds no state of its own: all of it is in its `client`, whose object API works beside it.
 *
 * Made by `ClientBuilder`, or of any client. Commands for what this version has not (transfer, devices, messages) do not
 * exist yet.
 */
export class ClientManager extends ManagedMedia {
  constructor(client: Client) {
    super(client);
    // Both begin with the first use: from here on nothing is missed.
    void client.events;
    void client.history;
  }

  /**
   * Events as an async iterable, in rising sequence; it goes on over `stop` and `start`, and ends with `close`. Who subscribes to
   * `IncomingCall` decides about incoming calls, unless there is a handler: they ring until `answerCall` or `rejectCall`.
   *
   * @throws {ClientError} `CONFIG_INVALID` for a filter that makes no sense; the loop throws `EVENTS_OVERRUN` when the reader falls too far
   *   behind, or the log does not reach back to `fromSequence`.
   */
  subscribeToEvents(options: SubscribeOptions = {}): EventSubscription {
    return this.client.events.subscribe(options);
  }

  /** Adds a listener for events of one type. Returns the function that removes it. */
  on<Type extends ClientEventType>(type: Type, listener: (event: ClientEventMap[Type]) => void, options: ListenOptions = {}): () => void {
    return this.client.events.on(type, listener, options);
  }

  /** Calls and registrations as they are, with the sequence of the last event in it: with the events behind it, it gives the state at any later time. */
  snapshot(): ClientSnapshot {
    return this.client.events.snapshot();
  }

  /** Adds an object with a method for each type of event that it wants; one with `onIncomingCall` decides about calls. Returns the function that removes it. */
  handleEvents(handler: ClientEventHandler): () => void {
    const { client } = this;
    const removals = eventTypes.map((type) => this.#listen(handler, type));
    if (handler.onIncomingCall)
      removals.push(client.onIncoming((incoming) => decide(handler, incoming, client.events.infoOf(incoming.call))));
    return () => removals.forEach((remove) => remove());
  }

  #listen(handler: ClientEventHandler, type: Exclude<ClientEventType, "IncomingCall">): () => void {
    const method = handler[`on${type}`] as ((event: unknown) => void) | undefined;
    return method ? this.on(type, (event) => method.call(handler, event)) : () => {};
  }
}

const eventTypes = (Object.keys(eventPriority) as ClientEventType[]).filter((type) => type !== "IncomingCall");
