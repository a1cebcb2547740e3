import type { TelephoneEventSender } from "@sidetone/rtp-core";

interface Waiting {
  /** The sender is done with these digits when it has nothing left to send. */
  readonly resolve: (sent: boolean) => void;
}

/** Sends groups of digits one after the other and tells each when it is out. */
export class DtmfQueue {
  readonly #groups: { digits: string; options: { durationMs?: number; gapMs?: number }; waiting: Waiting }[] = [];
  #current: Waiting | undefined;
  /** What sends the current group. */
  #events: TelephoneEventSender | undefined;

  /**
   * Resolves true when the last digit has been sent, false when the session ends first; true also when it ends while the last digit's end is
   * only repeated: whoever hangs up on a key has heard it.
   */
  send(events: TelephoneEventSender, digits: string, options: { durationMs?: number; gapMs?: number }): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#groups.push({ digits, options, waiting: { resolve } });
      try {
        this.settle(events);
      } catch (error) {
        this.#groups.pop();
        reject(error);
      }
    });
  }

  /** Once a packet time: reports the group that is out and begins the next. */
  settle(events: TelephoneEventSender): void {
    if (events.busy || (this.#current === undefined && this.#groups.length === 0)) return;
    this.#current?.resolve(true);
    this.#current = undefined;
    const next = this.#groups[0];
    if (!next) return;
    events.send(next.digits, next.options);
    this.#groups.shift();
    this.#current = next.waiting;
    this.#events = events;
  }

  /** The session is over. */
  abandon(): void {
    this.#current?.resolve(this.#events!.isRepeating);
    for (const { waiting } of this.#groups.splice(0)) waiting.resolve(false);
    this.#current = undefined;
  }
}
