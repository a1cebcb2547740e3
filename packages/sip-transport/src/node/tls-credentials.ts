import type { X509Certificate } from "node:crypto";
import { createSecureContext, type PeerCertificate, type SecureContext, type SecureContextOptions } from "node:tls";
import type { Environment, Timer } from "@sidetone/infra-common";
import { SipIdentities } from "../sip-identities.ts";
import { SipTransportError } from "../sip-transport-error.ts";
import type { PemSource, TlsCertificate, TlsOptions } from "../tls-options.ts";
import { ExpiryWatch } from "./expiry-watch.ts";
import { OwnCertificate } from "./own-certificate.ts";
import { changeMark, readPem } from "./pem-file.ts";
import { ServerCheck } from "./server-check.ts";

const reloadCheckMs = 60_000;
/** Without one, OpenSSL refuses to resume sessions of clients that have shown a certificate. */
const sessionIdContext = "sidetone";

/** Certificates, keys and trust of one stack: read at first, and again when the files have changed. */
export class TlsCredentials {
  readonly #environment: Environment;
  readonly #options: TlsOptions;
  /** Where this agent's certificates come from: that of `cert`, then the further ones. */
  readonly #sources: readonly TlsCertificate[];
  /** One for each source. */
  readonly #expiries: readonly ExpiryWatch[];
  #own: readonly OwnCertificate[] = [];
  /** Without a certificate of this agent's own. */
  #bare: SecureContext | undefined = undefined;
  #mark = "";
  #timer: Timer | undefined = undefined;
  #isClosed = false;

  /** @throws {SipTransportError} `SIP_TRANSPORT_TLS_OPTIONS`. */
  constructor(environment: Environment, options: TlsOptions = {}) {
    this.#environment = environment;
    this.#options = options;
    const { verify = "domain", commonName = false, ca, onExpiring } = options;
    this.#sources = sourcesOf(options);
    this.#expiries = this.#sources.map(({ cert }) => new ExpiryWatch(environment, cert, onExpiring));
    if (verify !== "domain" || commonName)
      environment.logger.warn({ verify, commonName }, "TLS: servers are verified less strictly than RFC 5922 asks for");
    if (this.#sources.length === 0 && ca === undefined) return;
    this.#load();
    this.#watch();
  }

  /** For the next connection, either way. */
  get context(): SecureContext {
    return this.#own[0]?.context ?? (this.#bare ??= createSecureContext(this.#common()));
  }

  /** For a client that asks for `serverName`; undefined where the first one is as good as any. */
  contextFor(serverName: string): SecureContext | undefined {
    return this.#own.find((own) => own.isFor(serverName))?.context;
  }

  /** Whether the name that a client asks for makes a difference. */
  get hasSeveral(): boolean {
    return this.#sources.length > 1;
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
    try {
      this.#mark = this.#changeMark();
      const { ca } = this.#options;
      const common = this.#common(ca === undefined ? undefined : ([ca].flat() as PemSource[]).map(readPem));
      const own = this.#sources.map((source) => new OwnCertificate(source, common));
      if (own.length === 0) this.#bare = createSecureContext(common);
      this.#own = own;
    } catch (cause) {
      throw unusable(`The TLS certificate, key or authorities cannot be used: ${(cause as Error).message}`, cause);
    }
    this.#own.forEach(({ certificate }, i) => this.#expiries[i]!.look(certificate));
  }

  #common(ca?: string[]): SecureContextOptions {
    const { minVersion = "TLSv1.2" } = this.#options;
    return { minVersion, sessionIdContext, ...(ca ? { ca } : {}) };
  }

  #changeMark(): string {
    return changeMark(...this.#sources.flatMap(({ cert, key }) => [cert, key]), this.#options.ca);
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
    const { logger } = this.#environment;
    for (const expiry of this.#expiries) expiry.check();
    if (this.#changeMark() === this.#mark) return;
    try {
      this.#load();
      logger.info({}, "TLS: certificate, key and authorities were read again");
    } catch (error) {
      logger.warn({ error }, "TLS: the changed certificate, key or authorities cannot be used; the former ones stay");
    }
  }
}

/** @throws {SipTransportError} `SIP_TRANSPORT_TLS_OPTIONS` for one without the other. */
function sourcesOf({ cert, key, passphrase, certificates = [] }: TlsOptions): readonly TlsCertificate[] {
  if ((cert === undefined) !== (key === undefined)) throw unusable("tls.cert and tls.key go together");
  if (cert === undefined || key === undefined) {
    if (certificates.length > 0) throw unusable("tls.certificates go with tls.cert, which is for whoever asks for none of their names");
    return [];
  }
  return [{ cert, key, ...(passphrase === undefined ? {} : { passphrase }) }, ...certificates];
}

function unusable(message: string, cause?: unknown): SipTransportError {
  return new SipTransportError("SIP_TRANSPORT_TLS_OPTIONS", message, { cause });
}
