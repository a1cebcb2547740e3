import type { PeerCertificate } from "node:tls";
import { SipIdentities } from "../sip-identities.ts";
import { SipTransportError } from "../sip-transport-error.ts";
import type { TlsOptions } from "../tls-options.ts";

/** Judges the certificate of one server that was asked for by `name` (RFC 5922 §7.2). */
export class ServerCheck {
  /** Why the certificate was refused. */
  refusal: SipTransportError | undefined = undefined;
  readonly #name: string;
  readonly #verify: NonNullable<TlsOptions["verify"]>;
  readonly #commonNameCounts: boolean;

  constructor(name: string, verify: NonNullable<TlsOptions["verify"]>, commonNameCounts: boolean) {
    this.#name = name;
    this.#verify = verify;
    this.#commonNameCounts = commonNameCounts;
  }

  /** Whether a trusted authority must have signed it. */
  get needsChain(): boolean {
    return this.#verify !== "none";
  }

  judge({ subjectaltname, subject }: PeerCertificate): SipTransportError | undefined {
    if (this.#verify !== "domain") return undefined;
    const names = { subjectAltName: subjectaltname, commonName: [subject?.CN].flat()[0] };
    const identities = new SipIdentities(names, this.#commonNameCounts);
    if (identities.covers(this.#name)) return undefined;
    const text = `The server's certificate is for ${identities.toString()}, not for ${this.#name}`;
    return (this.refusal = new SipTransportError("SIP_TRANSPORT_CERTIFICATE", text));
  }
}
