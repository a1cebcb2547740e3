import type { TlsCertificate, TlsOptions } from "@sidetone/sip-transport";
import type { RegistrarFlags } from "./registrar-flags.ts";
import { tlsOptions } from "./settings/tls-settings.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

/**
 * Certificates and trust of a registrar: the first certificate is for whoever asks for no name of another.
 *
 * @throws {UsageError} for a certificate without its key, and clients that are to be asked for one without an authority to trust.
 */
export function registrarTls(flags: RegistrarFlags, terminal: Terminal): TlsOptions | undefined {
  const { tlsCa, tlsCert = [], tlsKey = [], tlsClientCerts = false } = flags;
  if (tlsCert.length !== tlsKey.length) throw new UsageError("--tls-cert and --tls-key go together: each certificate, and its private key");
  if (tlsClientCerts && !(tlsCa && tlsCert.length > 0))
    throw new UsageError("--tls-client-certs needs --tls-cert and --tls-key, and --tls-ca, whose certificates clients are to have");
  const [first, ...others] = tlsCert.map((file, i) => ({ cert: file, key: tlsKey[i]! }));
  const passphrase = terminal.variables["SIDETONE_TLS_PASSPHRASE"] || undefined;
  const options = tlsOptions(first || tlsCa ? { ...first, ca: tlsCa, passphrase } : undefined, terminal);
  if (!options) return undefined;
  const certificates = others.map(({ cert, key }): TlsCertificate => ({
    cert: { file: cert },
    key: { file: key },
    ...(passphrase === undefined ? {} : { passphrase }),
  }));
  return { ...options, certificates, clientCertificates: tlsClientCerts ? "require" : "ignore" };
}
