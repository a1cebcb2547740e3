import type { X509Certificate } from "node:crypto";
import type { Environment } from "@sidetone/infra-common";
import type { PemSource, TlsOptions } from "../tls-options.ts";

const dayMs = 86_400_000;
/** Told once for each, the latest last. */
const thresholdsDays = [30, 7, 1, 0];

/** Tells before a certificate of this agent ends. */
export class ExpiryWatch {
  readonly #environment: Environment;
  readonly #onExpiring: TlsOptions["onExpiring"];
  readonly #file: string | undefined;
  #certificate: X509Certificate | undefined = undefined;
  /** How many thresholds have been passed and told. */
  #told = 0;

  constructor(environment: Environment, source: PemSource, onExpiring: TlsOptions["onExpiring"]) {
    this.#environment = environment;
    this.#onExpiring = onExpiring;
    this.#file = typeof source === "object" ? source.file : undefined;
  }

  /** From now on it is this certificate. */
  look(certificate: X509Certificate): void {
    if (certificate.fingerprint256 !== this.#certificate?.fingerprint256) this.#told = 0;
    this.#certificate = certificate;
    this.check();
  }

  /** Tells when a threshold has been passed since the last time. */
  check(): void {
    if (!this.#certificate) return;
    const { clock, logger, onListenerError } = this.#environment;
    const expiresAtMs = Date.parse(this.#certificate.validTo);
    const leftMs = expiresAtMs - clock.wallNow();
    const passed = thresholdsDays.filter((days) => leftMs < days * dayMs).length;
    if (passed <= this.#told) return;
    this.#told = passed;
    const expiry = { file: this.#file, subject: this.#certificate.subject, expiresAtMs, daysLeft: Math.floor(leftMs / dayMs) };
    logger.warn(expiry, leftMs < 0 ? "TLS: the certificate has expired" : "TLS: the certificate expires soon");
    try {
      this.#onExpiring?.(expiry);
    } catch (error) {
      onListenerError(error, "tls.onExpiring");
    }
  }
}
