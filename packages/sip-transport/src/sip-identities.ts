import { addressFamily, normaliseAddress } from "@sidetone/infra-common";
import { splitSubjectAltName } from "./split-subject-alt-name.ts";

/** The parts of a certificate that name its owner. */
export interface CertificateNames {
  /** As `X509Certificate.subjectAltName` of node:crypto gives it; undefined when the certificate has none. */
  readonly subjectAltName: string | undefined;
  /** CN of the subject. */
  readonly commonName: string | undefined;
}

/**
 * Whom a certificate may speak for (RFC 5922 §7.1): the hosts of its `sip` URIs without a user; if there are none, its DNS names. Wildcards
 * match nothing (§7.2: "Implementations MUST NOT match any form of wildcard"). A host that is a numeric address is covered by an IP
 * address of the certificate, which RFC 5922 does not speak of.
 */
export class SipIdentities {
  /** Hosts in lower case. */
  readonly domains: readonly string[];
  readonly addresses: readonly string[];

  /** @param commonNameCounts "If and only if the subjectAltName does not appear in the certificate, the implementation MAY examine the CN" (§7.1). */
  constructor({ subjectAltName, commonName }: CertificateNames, commonNameCounts = false) {
    const names = subjectAltName === undefined ? [] : splitSubjectAltName(subjectAltName);
    const ofUris = names.flatMap(({ type, value }) => (type === "URI" ? (domainOfUri(value) ?? []) : []));
    const ofDns = names.flatMap(({ type, value }) => (type === "DNS" ? value.toLowerCase() : []));
    const ofSubject = commonNameCounts && subjectAltName === undefined && commonName !== undefined ? [commonName.toLowerCase()] : [];
    this.domains = [...(ofUris.length > 0 ? ofUris : ofDns), ...ofSubject].filter((name) => !name.includes("*"));
    this.addresses = names.flatMap(({ type, value }) => (type === "IP Address" ? normaliseAddress(value) : []));
  }

  /** Whether the certificate is one for `host`: a domain, in any case, or a numeric address without brackets. */
  covers(host: string): boolean {
    if (addressFamily(host)) return this.addresses.includes(normaliseAddress(host));
    return this.domains.includes(host.toLowerCase());
  }

  toString(): string {
    return [...this.domains, ...this.addresses].join(", ") || "nobody";
  }
}

/** "if the URI value … contains a userpart (there is an '@'), the implementation MUST NOT accept the value" (RFC 5922 §7.1). */
function domainOfUri(value: string): string | undefined {
  const match = /^sip:([^@:;?]+)(?::\d+)?$/i.exec(value);
  return match?.[1]!.toLowerCase();
}
