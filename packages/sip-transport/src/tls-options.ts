/** Text in PEM form, or the file that it is in, which is looked at again from time to time. */
export type PemSource = string | { readonly file: string };

/** A certificate that will not be valid for long. */
export interface CertificateExpiry {
  /** The file that it is in, or undefined. */
  readonly file: string | undefined;
  readonly subject: string;
  /** Milliseconds since the Unix epoch. */
  readonly expiresAtMs: number;
  /** Whole days until then: below 30, 7 or 1 at the times when this is reported; negative when it is over. */
  readonly daysLeft: number;
}

/** A certificate followed by its chain, and the private key of the first. */
export interface TlsCertificate {
  readonly cert: PemSource;
  readonly key: PemSource;
  readonly passphrase?: string;
}

/** TLS for SIP (RFC 3261 §26.3.1, RFC 5922), over TLS and WSS. */
export interface TlsOptions {
  /** The certificate of this agent, followed by its chain. Needed to listen; shown to servers that ask for it. */
  readonly cert?: PemSource;
  /** The private key of `cert`. */
  readonly key?: PemSource;
  readonly passphrase?: string;
  /**
   * Further ones, for a server of several domains. A client that says in SNI which it wants (RFC 6066 §3) is shown the first that is for that
   * name: `cert`, else one of these, wildcards matching nothing (RFC 5922 §7.2). Whoever names none or another gets `cert`. To servers that
   * ask for a certificate `cert` is shown.
   */
  readonly certificates?: readonly TlsCertificate[];
  /** The authorities to trust, in place of those that come with Node. */
  readonly ca?: PemSource | readonly PemSource[];
  /** Default `TLSv1.2`. */
  readonly minVersion?: "TLSv1.2" | "TLSv1.3";
  /** The name that a server's certificate has to carry and that is sent as SNI. Default: the host of the URI (RFC 5922 §7.2). */
  readonly serverName?: string;
  /**
   * What a server's certificate is checked for: `domain` (default), that a trusted authority has signed it and that it names the SIP domain;
   * `chain`, the first of these only; `none`, nothing, and anybody on the way may read and change everything. What is not the default is logged.
   */
  readonly verify?: "domain" | "chain" | "none";
  /** Whether the CN of a certificate without subjectAltName counts as its name (RFC 5922 §7.1). Default false. */
  readonly commonName?: boolean;
  /** Whether clients are asked for a certificate of their own; `require` refuses those without a trusted one. Default `ignore`. */
  readonly clientCertificates?: "ignore" | "require";
  /** Protocols to offer and take in ALPN (RFC 7301), such as `sip/2`. Over TLS only. Default: none, and no such extension. */
  readonly alpn?: readonly string[];
  /** How often the files are looked at for changes, in milliseconds. Connections that are open keep what they began with. Default 60,000. */
  readonly reloadCheckMs?: number;
  /** Told 30, 7 and 1 days before a certificate of this agent ends, and when it has; a warning is logged as well. */
  readonly onExpiring?: (expiry: CertificateExpiry) => void;
}
