import type { Clock, Timer } from "@sidetone/infra-common";
import type { CertificateExpiry } from "@sidetone/sip-transport";

/** What is told of certificates when the ports are opened waits until the client has started: before, nobody could listen. */
export class CertificateNotices {
  readonly #clock: Clock;
  readonly #tell: (certificate: CertificateExpiry) => void;
  /** Undefined: nothing waits any more. */
  #waiting: CertificateExpiry[] | undefined = [];
  #release: Timer | undefined = undefined;

  constructor(clock: Clock, tell: (certificate: CertificateExpiry) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  add(certificate: CertificateExpiry): void {
    if (this.#waiting) this.#waiting.push(certificate);
    else this.#tell(certificate);
  }

  /** The client has started; whoever waited for that listens by the next turn of the loop. */
  release(): void {
    // As a rule there is nothing to tell, and nothing to wait for.
    if (this.#waiting?.length === 0) this.#waiting = undefined;
    if (this.#waiting)
      this.#release ??= this.#clock.setTimer(0, () => {
        const waiting = this.#waiting ?? [];
        this.#waiting = undefined;
        for (const certificate of waiting) this.#tell(certificate);
      });
  }

  /** The client has stopped: its certificates are looked at anew with the next start. */
  hold(): void {
    this.#release?.cancel();
    this.#release = undefined;
    this.#waiting = [];
  }
}
