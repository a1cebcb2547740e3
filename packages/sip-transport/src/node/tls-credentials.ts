import type { X509Certificate } from "node:crypto";
import { createSecureContext, type PeerCertificate, type SecureContext } from "node:tls";
import type { Environment, Timer } from "@sidetone/infra-common";
import { SipIdentities } from "../sip-identities.ts";
import { SipTransportError } from "../sip-transport-error.ts";
import type { PemSource, TlsOptions } from "../tls-options.ts";
import { ExpiryWatch } from "./expiry-watch.ts";
import { changeMark, readPem } from "./pem-file.ts";
import { ServerCheck } from "./server-check.ts";

const reloadCheckMs = 60_000;
/** Without one, OpenSSL refuses to resume sessions of clients that have shown a certificate. */
const sessionIdContext = "sidetone";

/** Certificate, key and trust of one stack: read at first, and again when the files have changed. */
export class TlsCredentials {
  readonly #environment: Environment;
  readonly #options: TlsOptions;
  readonly #expiry: ExpiryWatch;
  #context: SecureContext | undefined = undefined;
  #mark = "";
  #timer: Timer | undefined = undefined;
  #isClosed = false;

  /** @throws {SipTransportError} `SIP_TRANSPORT_TLS_OPTIONS`. */
  constructor(environment: Environment, options: TlsOptions = {}) {
    this.#environment = environment;
    this.#options = options;
    this.#expiry = new ExpiryWatch(environment, options);
    const { verify = "domain", commonName = false, ca, cert, key } = options;
    if ((cert === undefined) !== (key === undefined)) throw unusable("tls.cert and tls.key go together");
    if (verify !== "domain" || commonName)
      environment.logger.warn({ verify, commonName }, "TLS: servers are verified less strictly than RFC 5922 asks for");
    if (cert === undefined && ca === undefined) return;
    this.#load();
    this.#watch();
  }

  /** For the next connection, either way. */
  get context(): SecureContext {
    return (this.#context ??= createSecureContext({ minVersion: this.#options.minVersion ?? "TLSv1.2", sessionIdContext }));
  }

  get alpn(): readonly string[] {
    return this.#options.alpn ?? [];
  }

  get requestCert(): boolean {
    return this.#options.clientCertificates === "require";
  }

  /** @throws {SipTransportError} `SIP_TRANSPORT_LISTEN_FAILED` without a certificate. */
  checkServer(): void {
    if (this.#options.cert !== undefined) return;
    throw new SipTransportError("SIP_TRANSPORT_LISTEN_FAILED", "A TLS server needs a certificate: set tls.cert and tls.key");
  }

  clientOptions(): { secureContext: SecureContext } {
    return { secureContext: this.context };
  }

  serverNameFor(hostName: string): string {
    return this.#options.serverName ?? hostName;
  }

  checkOf(name: string): ServerCheck {
    const { verify = "domain", commonName = false } = this.#options;
    return new ServerCheck(name, verify, commonName);
  }

  identitiesOf(certificate: X509Certificate | undefined): SipIdentities | undefined {
    if (!certificate) return undefined;
    const { CN } = certificate.toLegacyObject().subject as PeerCertificate["subject"];
    return new SipIdentities({ subjectAltName: certificate.subjectAltName, commonName: [CN].flat()[0] }, this.#options.commonName);
  }

  /** No timer is left. Idempotent. */
  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }

  #load(): void {
    const { cert, key, ca, passphrase, minVersion = "TLSv1.2" } = this.#options;
    try {
      this.#mark = changeMark(cert, key, ca);
      const certText = cert && readPem(cert);
      const authorities = ca === undefined ? undefined : ([ca].flat() as PemSource[]).map(readPem);
      const own = certText === undefined || key === undefined ? {} : { cert: certText, key: readPem(key) };
      this.#context = createSecureContext({
        minVersion,
        sessionIdContext,
        ...own,
        ...(passphrase === undefined ? {} : { passphrase }),
        ...(authorities ? { ca: authorities } : {}),
      });
      if (certText !== undefined) this.#expiry.look(certText);
    } catch (cause) {
      throw unusable(`The TLS certificate, key or authorities cannot be used: ${(cause as Error).message}`, cause);
    }
  }

  #watch(): void {
    if (this.#isClosed) return;
    this.#timer = this.#environment.clock.setTimer(this.#options.reloadCheckMs ?? reloadCheckMs, () => {
      this.#reload();
      this.#watch();
    });
  }

  /** Half-written files are no reason to go on without a certificate: what was read last stays until they can be read. */
  #reload(): void {
    const { cert, key, ca } = this.#options;
    const { logger } = this.#environment;
    this.#expiry.check();
    if (changeMark(cert, key, ca) === this.#mark) return;
    try {
      this.#load();
      logger.info({}, "TLS: certificate, key and authorities were read again");
    } catch (error) {
      logger.warn({ error }, "TLS: the changed certificate, key or authorities cannot be used; the former ones stay");
    }
  }
}

function unusable(message: string, cause?: unknown): SipTransportError {
  return new SipTransportError("SIP_TRANSPORT_TLS_OPTIONS", message, { cause });
}
