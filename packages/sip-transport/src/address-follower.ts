import { addressFamily, isWildcard, mainAddress, normaliseAddress, type Environment, type Timer } from "@sidetone/infra-common";
import { withoutZone } from "./sent-by.ts";
import type { ListeningChange, ListeningPoint } from "./sip-transports.ts";
import type { Transport } from "./transport.ts";

const firstRetryMs = 1000;
const maxRetryMs = 30_000;

/** A listening point that waits for an address. */
interface LostPoint {
  readonly transport: Transport;
  readonly address: string;
  readonly port: number;
  readonly followsMachine: boolean;
}

/** Keeps listening points where this machine has addresses. */
export class AddressFollower {
  readonly #environment: Environment;
  readonly #transports: () => readonly Transport[];
  /** Points that go on at the machine's main address. */
  readonly #following = new WeakSet<ListeningPoint>();
  #lost: readonly LostPoint[] = [];
  #onListening: (change: ListeningChange) => void = () => {};
  #retryTimer: Timer | undefined = undefined;
  #retryMs = firstRetryMs;
  /** One after the other. */
  #reopening: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(environment: Environment, transports: () => readonly Transport[]) {
    this.#environment = environment;
    this.#transports = transports;
  }

  /** The point follows the machine. */
  add(point: ListeningPoint): void {
    this.#following.add(point);
  }

  async follow(onListening: (change: ListeningChange) => void): Promise<void> {
    this.#onListening = onListening;
    const present = new Set(this.#environment.network.localAddresses().map(withoutZone));
    const isLost = (address: string): boolean => !isWildcard(address) && !present.has(withoutZone(normaliseAddress(address)));
    for (const transport of this.#transports()) {
      if (!transport.leaveAddresses) continue;
      const lost = transport.listeningPoints.filter(({ address }) => isLost(address));
      transport.leaveAddresses(isLost);
      await Promise.all(lost.map((point) => this.#leave(transport, point)));
    }
    this.#retryMs = firstRetryMs;
    await this.#reopen();
  }

  close(): void {
    this.#isClosed = true;
    this.#lost = [];
    this.#retryTimer?.cancel();
  }

  async #leave(transport: Transport, point: ListeningPoint): Promise<void> {
    const { address, port } = point;
    const followsMachine = this.#following.has(point);
    await point.close();
    if (this.#isClosed) return;
    this.#lost = [...this.#lost, { transport, address, port, followsMachine }];
    this.#onListening({ kind: "lost", transport: transport.name, address, port, previousAddress: undefined });
  }

  #reopen(): Promise<void> {
    this.#retryTimer?.cancel();
    this.#reopening = this.#reopening.then(() => this.#tryLost());
    return this.#reopening;
  }

  async #tryLost(): Promise<void> {
    let hasFailed = false;
    for (const lost of this.#lost) hasFailed = (await this.#tryAgain(lost)) === "failed" || hasFailed;
    if (!hasFailed || this.#isClosed) return;
    this.#retryTimer = this.#environment.clock.setTimer(this.#retryMs, () => void this.#reopen());
    this.#retryMs = Math.min(2 * this.#retryMs, maxRetryMs);
  }

  async #tryAgain(lost: LostPoint): Promise<"open" | "absent" | "failed"> {
    const { network, logger } = this.#environment;
    const { transport, port, followsMachine } = lost;
    const address = followsMachine ? await mainAddress(network, addressFamily(lost.address)!) : lost.address;
    if (address === undefined || !network.localAddresses().includes(normaliseAddress(address))) return "absent";
    try {
      const point = await transport.listen(address, port);
      if (this.#isClosed) return await point.close().then(() => "absent");
      if (followsMachine) this.#following.add(point);
      this.#lost = this.#lost.filter((other) => other !== lost);
      const previousAddress = followsMachine ? lost.address : undefined;
      this.#onListening({ kind: "rebound", transport: transport.name, address, port: point.port, previousAddress });
      return "open";
    } catch (error) {
      logger.warn({ error, transport: transport.name, address, port }, "a SIP port cannot be opened again yet");
      return "failed";
    }
  }
}
