import { issueCertificate, type IssuedCertificate } from "@sidetone/testkit";

/** The authority that everybody in these tests trusts. */
export const authority: IssuedCertificate = issueCertificate({ commonName: "Interop Test CA", isAuthority: true });

/** A certificate of that authority for the domain of these tests. */
export function certificateFor(...names: readonly string[]): IssuedCertificate {
  return issueCertificate({ commonName: "interop", names, issuer: authority });
}
