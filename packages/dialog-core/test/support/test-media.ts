import type { Body, MediaNegotiator, OfferReason } from "@sidetone/dialog-core";

/** A session description that is only text. */
export function description(text: string): Body {
  return { contentType: "application/sdp", content: Buffer.from(text) };
}

/** How a method of the negotiator behaves: at once, never until told so, or by refusing. */
export type MediaMode = "value" | "pending" | "refuse";

/** A negotiator that writes down what it is asked, in order. */
export class TestMedia implements MediaNegotiator {
  readonly name: string;
  readonly log: string[];
  /** Modes by method; "value" where nothing is said. */
  readonly modes: Partial<Record<"createOffer" | "acceptOffer" | "acceptAnswer" | "preview", MediaMode>> = {};
  /** Settles the call that is pending. */
  resolve: () => void = () => {};
  reject: (error: unknown) => void = () => {};
  closed = 0;
  readonly forks: TestMedia[] = [];
  #offers = 0;

  constructor(name: string, log: string[] = []) {
    this.name = name;
    this.log = log;
  }

  createOffer(reason: OfferReason, signal: AbortSignal): Body | Promise<Body> {
    this.log.push(`createOffer ${reason}`);
    return this.#outcome("createOffer", description(`offer ${++this.#offers} of ${this.name}`), signal);
  }

  acceptOffer(offer: Body, signal: AbortSignal): Body | Promise<Body> {
    const text = Buffer.from(offer.content).toString();
    this.log.push(`acceptOffer: ${text}`);
    return this.#outcome("acceptOffer", description(`answer of ${this.name} to ${text}`), signal);
  }

  acceptAnswer(answer: Body, kind: "provisional" | "final"): void | Promise<void> {
    this.log.push(`acceptAnswer ${kind}: ${Buffer.from(answer.content).toString()}`);
    return this.#outcome<void>(kind === "final" ? "acceptAnswer" : "preview", undefined);
  }

  rollback(): void {
    this.log.push("rollback");
  }

  fork(): TestMedia {
    const fork = new TestMedia(`fork ${this.forks.length + 1} of ${this.name}`, this.log);
    this.log.push("fork");
    this.forks.push(fork);
    return fork;
  }

  close(): void {
    this.closed++;
    this.log.push(`close ${this.name}`);
  }

  #outcome<Value>(method: keyof TestMedia["modes"], value: Value, signal?: AbortSignal): Value | Promise<Value> {
    const mode = this.modes[method] ?? "value";
    if (mode === "value") return value;
    if (mode === "refuse") throw new Error(`${method} is refused`);
    return new Promise<Value>((resolve, reject) => {
      this.resolve = () => resolve(value);
      this.reject = reject;
      signal?.addEventListener("abort", () => {
        this.log.push("aborted");
        reject(signal.reason);
      });
    });
  }
}
