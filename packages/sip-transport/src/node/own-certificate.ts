import { X509Certificate } from "node:crypto";
import { createSecureContext, type SecureContext, type SecureContextOptions } from "node:tls";
import { SipIdentities } from "../sip-identities.ts";
import { splitSubjectAltName } from "../split-subject-alt-name.ts";
import type { TlsCertificate } from "../tls-options.ts";
import { readPem } from "./pem-file.ts";

/** A certificate of this agent as it was read, ready to be shown. */
export class OwnCertificate {
  readonly context: SecureContext;
  readonly certificate: X509Certificate;
  readonly #identities: SipIdentities;
  /** What a browser that comes over WSS goes by, which knows nothing of SIP domains. */
  readonly #dnsNames: readonly string[];

  /** Throws what reading and understanding the files does. */
  constructor({ cert, key, passphrase }: TlsCertificate, common: SecureContextOptions) {
    const text = readPem(cert);
    this.context = createSecureContext({ ...common, cert: text, key: readPem(key), ...(passphrase === undefined ? {} : { passphrase }) });
    this.certificate = new X509Certificate(text);
    const { subjectAltName } = this.certificate;
    this.#identities = new SipIdentities({ subjectAltName, commonName: undefined });
    const names = splitSubjectAltName(subjectAltName ?? "");
    this.#dnsNames = names.flatMap(({ type, value }) => (type === "DNS" ? value.toLowerCase() : []));
  }

  /** Whether it is one for `name`; a wildcard is for nobody. */
  isFor(name: string): boolean {
    return this.#identities.covers(name) || this.#dnsNames.includes(name.toLowerCase());
  }
}
