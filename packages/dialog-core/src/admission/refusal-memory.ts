import type { Clock } from "@sidetone/infra-common";
import type { SipRequest } from "@sidetone/sip-core";
import type { Flow } from "@sidetone/sip-transport";
import type { StatelessRefusal } from "@sidetone/transaction-core";
import { GenerationMap } from "../digest-server/generation-map.ts";

interface Remembered {
  readonly refusal: StatelessRefusal;
  readonly untilMs: number;
}

const maxEntries = 4_000;
/** Who writes a longer Call-ID than anybody does is asked about again. */
const maxKeyLength = 1_000;

/**
 * How requests were refused, so that the same one, when it comes again from the same address, with another branch or over another transport
 * too, is refused in the same way and nobody is asked about it again. Bounded.
 */
export class RefusalMemory {
  readonly #clock: Clock;
  readonly #lifetimeMs: number;
  readonly #remembered = new GenerationMap<Remembered>(maxEntries);
  #isEmpty = true;

  constructor(clock: Clock, lifetimeMs: number) {
    this.#clock = clock;
    this.#lifetimeMs = lifetimeMs;
  }

  /** A challenge is none: the next request may answer it. */
  add(request: SipRequest, flow: Flow, refusal: StatelessRefusal): void {
    const { statusCode } = refusal;
    if (statusCode < 400 || statusCode === 401 || statusCode === 407) return;
    const key = keyOf(request, flow);
    if (key.length > maxKeyLength) return;
    this.#isEmpty = false;
    this.#remembered.set(key, { refusal, untilMs: this.#clock.now() + this.#lifetimeMs });
  }

  find(request: SipRequest, flow: Flow): StatelessRefusal | undefined {
    if (this.#isEmpty) return undefined;
    const found = this.#remembered.get(keyOf(request, flow));
    return found && this.#clock.now() < found.untilMs ? found.refusal : undefined;
  }
}

/** A request that is sent anew has another CSeq (RFC 3261 §8.1.3.5), one that is merely repeated has the same. */
function keyOf({ callId, fromTag, sequenceNumber, method }: SipRequest, { remoteAddress }: Flow): string {
  const key = `${remoteAddress} ${callId} ${fromTag ?? ""} ${sequenceNumber} ${method}`;
  key.charCodeAt(0); // one string, not a tree over slices of the message
  return key;
}
