import { connect, type DetailedPeerCertificate, type TLSSocket } from "node:tls";
import { addressFamily, onAbort, type Environment } from "@sidetone/infra-common";
import { SipIdentities } from "../sip-identities.ts";
import type { SipTarget } from "../sip-target.ts";
import { SipTransportError } from "../sip-transport-error.ts";
import type { TlsOptions } from "../tls-options.ts";
import { ConnectionDuplex } from "./connection-duplex.ts";
import { handshakeError } from "./handshake-error.ts";
import { TlsCredentials } from "./tls-credentials.ts";

/** One certificate of a chain. */
export interface ExaminedCertificate {
  readonly subject: string;
  readonly issuer: string;
  /** Milliseconds since the Unix epoch. */
  readonly validFromMs: number;
  readonly validToMs: number;
}

/** What a TLS server shows of itself. */
export interface TlsExamination {
  /** Until the TCP connection was up. */
  readonly connectMs: number;
  /** From then until the handshake was over. */
  readonly handshakeMs: number;
  /** As `TLSv1.3`. */
  readonly protocol: string;
  /** As `TLS_AES_256_GCM_SHA384`. */
  readonly cipher: string;
  /** The server's certificate first, then those that lead to an authority. */
  readonly chain: readonly ExaminedCertificate[];
  /** Hosts and addresses that the first one may speak for (RFC 5922 §7.1). */
  readonly names: readonly string[];
  /** Whether it names the host that was asked for, by `tls.serverName` or by the target. */
  readonly coversHost: boolean;
  /** Why no authority vouches for it: OpenSSL's word, as `CERT_HAS_EXPIRED`; undefined when one does. */
  readonly distrust: string | undefined;
}

export interface ExamineTlsOptions {
  readonly tls?: TlsOptions;
  /** Told when the TCP connection is up, for those who want to know it though no handshake may follow. */
  readonly onConnected?: (connectMs: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Connects to the target of TLS or WSS, shakes hands as this stack does (SNI, trust and minimum version of `tls`), looks at the certificate
 * whether it is good or not, and closes. No SIP is sent.
 *
 * @throws {NetworkError} when no connection comes up.
 * @throws {SipTransportError} `SIP_TRANSPORT_CONNECT_FAILED` when the handshake fails; `SIP_TRANSPORT_TLS_OPTIONS`.
 * @throws `signal.reason` when aborted.
 */
export async function examineTls(
  environment: Environment,
  target: SipTarget,
  { tls = {}, onConnected, signal }: ExamineTlsOptions = {},
): Promise<TlsExamination> {
  const { clock, network } = environment;
  const credentials = new TlsCredentials(environment, tls);
  const lower = new ConnectionDuplex();
  lower.on("error", () => {});
  try {
    const { address, port } = target;
    const startedAtMs = clock.now();
    lower.attach(await network.connectStream({ address, port, ...(signal && { signal }) }, lower));
    const connectedAtMs = clock.now();
    onConnected?.(connectedAtMs - startedAtMs);
    const name = credentials.serverNameFor(target.hostName);
    const socket = connect({
      ...credentials.clientOptions(),
      socket: lower,
      // What is wrong with the certificate is what we want to know.
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
      ...(addressFamily(name) ? {} : { servername: name }),
    });
    await whenSecured(socket, lower, signal);
    return describe(socket, name, tls, { connectMs: connectedAtMs - startedAtMs, handshakeMs: clock.now() - connectedAtMs });
  } finally {
    credentials.close();
    lower.destroy();
  }
}

async function whenSecured(socket: TLSSocket, lower: ConnectionDuplex, signal: AbortSignal | undefined): Promise<void> {
  const forgetSignal = onAbort(signal, () => lower.destroy());
  try {
    await new Promise<void>((resolve, reject) => {
      let cause: Error | undefined;
      socket.on("error", (error) => (cause ??= error));
      socket.once("secureConnect", resolve);
      socket.once("close", () => reject(cause ?? new Error("the peer closed the connection during the handshake")));
    });
  } catch (error) {
    signal?.throwIfAborted();
    const cause = handshakeError(error as NodeJS.ErrnoException);
    if (cause instanceof SipTransportError) throw cause;
    throw new SipTransportError("SIP_TRANSPORT_CONNECT_FAILED", `The TLS handshake failed: ${cause.message}`, { cause });
  } finally {
    forgetSignal();
  }
}

function describe(
  socket: TLSSocket,
  name: string,
  { commonName = false }: TlsOptions,
  times: Pick<TlsExamination, "connectMs" | "handshakeMs">,
): TlsExamination {
  const certificate = socket.getPeerCertificate(true);
  const { subjectaltname, subject } = certificate;
  const identities = new SipIdentities({ subjectAltName: subjectaltname, commonName: [subject?.CN].flat()[0] }, commonName);
  return {
    ...times,
    protocol: socket.getProtocol() ?? "unknown",
    cipher: socket.getCipher().name,
    chain: chainOf(certificate),
    names: [...identities.domains, ...identities.addresses],
    coversHost: identities.covers(name),
    // The type says Error; what is there is the code alone.
    distrust: socket.authorized ? undefined : String(socket.authorizationError),
  };
}

/** Node links each certificate to its issuer, the last one to itself; without any there is an empty object. */
function chainOf(first: DetailedPeerCertificate): ExaminedCertificate[] {
  const chain: ExaminedCertificate[] = [];
  const seen = new Set<string>();
  for (let link: DetailedPeerCertificate | undefined = first; link?.raw && !seen.has(link.fingerprint256); link = link.issuerCertificate) {
    seen.add(link.fingerprint256);
    chain.push({
      subject: distinguishedName(link.subject),
      issuer: distinguishedName(link.issuer),
      validFromMs: Date.parse(link.valid_from),
      validToMs: Date.parse(link.valid_to),
    });
  }
  return chain;
}

/** The common name, which is what people know it by; else whatever there is. */
function distinguishedName(name: DetailedPeerCertificate["subject"]): string {
  const { CN, ...others } = name as Readonly<Record<string, string | string[] | undefined>>;
  const parts = Object.entries(others).map(([type, value]) => `${type}=${[value].flat().join("+")}`);
  return [CN].flat()[0] ?? (parts.join(", ") || "(no name)");
}
