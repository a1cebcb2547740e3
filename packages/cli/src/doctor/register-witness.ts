import { sipTraceChannel } from "@sidetone/infra-common";
import { MinExpires, parseMessage, ProxyAuthenticate, SipResponse, WWWAuthenticate } from "@sidetone/sip-core";
import type { WireRecord } from "@sidetone/sip-transport";

/** Sees the answers to the REGISTER requests of this process, from the moment it is made until it is disposed of. */
export class RegisterWitness implements Disposable {
  /** Realms that asked for a password. */
  readonly realms: Set<string> = new Set();
  /** Digest algorithms that were offered. */
  readonly algorithms: Set<string> = new Set();
  /** The shortest lifetime that a 423 has told, in seconds (RFC 3261 §10.3). */
  minExpiresSeconds: number | undefined = undefined;
  readonly #listener = (record: unknown): void => this.#see(record as WireRecord);

  constructor() {
    sipTraceChannel.subscribe(this.#listener);
  }

  [Symbol.dispose](): void {
    sipTraceChannel.unsubscribe(this.#listener);
  }

  #see({ direction, bytes }: WireRecord): void {
    if (direction !== "received") return;
    const message = readable(bytes);
    if (message?.getText("CSeq")?.endsWith("REGISTER") !== true) return;
    if (message.statusCode === 423) this.minExpiresSeconds = message.get(MinExpires);
    if (message.statusCode !== 401 && message.statusCode !== 407) return;
    for (const challenge of [...message.getAll(WWWAuthenticate), ...message.getAll(ProxyAuthenticate)]) {
      if (challenge.realm !== undefined) this.realms.add(challenge.realm);
      this.algorithms.add(challenge.parameters.get("algorithm") ?? (challenge.isDigest ? "MD5" : challenge.scheme));
    }
  }
}

function readable(bytes: Uint8Array): SipResponse | undefined {
  try {
    const message = parseMessage(Buffer.from(bytes));
    return message instanceof SipResponse ? message : undefined;
  } catch {
    return undefined; // what is malformed is no answer to anybody
  }
}
