import { X509Certificate } from "node:crypto";
import type { Environment } from "@sidetone/infra-common";
import type { TlsOptions } from "../tls-options.ts";

const dayMs = 86_400_000;
/** Told once for each, the latest last. */
const thresholdsDays = [30, 7, 1, 0];

/** Tells before the certificate of this agent ends. */
export class ExpiryWatch {
  readonly #environment: Environment;
  readonly #options: TlsOptions;
  #certificate: X509Certificate | undefined = undefined;
  /** How many thresholds have been passed and told. */
  #told = 0;

  constructor(environment: Environment, options: TlsOptions) {
    this.#environment = environment;
    this.#options = options;
  }

  /** From now on it is this certificate, the first of `pem`. */
  look(pem: string): void {
    this.#certificate = new X509Certificate(pem);
    this.#told = 0;
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
    const { cert, onExpiring } = this.#options;
    const file = typeof cert === "object" ? cert.file : undefined;
    const expiry = { file, subject: this.#certificate.subject, expiresAtMs, daysLeft: Math.floor(leftMs / dayMs) };
    logger.warn(expiry, leftMs < 0 ? "TLS: the certificate has expired" : "TLS: the certificate expires soon");
    try {
      onExpiring?.(expiry);
    } catch (error) {
      onListenerError(error, "tls.onExpiring");
    }
  }
}
