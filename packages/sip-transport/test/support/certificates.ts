import { issueCertificate } from "@sidetone/testkit";

/** One authority, and a certificate of each kind that a server may show. */
export function testCertificates() {
  const ca = issueCertificate({ commonName: "Test CA", isAuthority: true });
  const otherCa = issueCertificate({ commonName: "Other CA", isAuthority: true });
  const names = ["URI:sip:example.com", "IP:127.0.0.1", "IP:10.0.0.1", "IP:10.0.0.2"];
  return {
    ca,
    otherCa,
    good: issueCertificate({ commonName: "good", names, issuer: ca }),
    wildcard: issueCertificate({ commonName: "wildcard", names: ["DNS:*.example.com"], issuer: ca }),
    wrongName: issueCertificate({ commonName: "wrong", names: ["DNS:other.example"], issuer: ca }),
    expired: issueCertificate({
      commonName: "old",
      names,
      issuer: ca,
      notBefore: new Date("2019-01-01T00:00:00Z"),
      notAfter: new Date("2019-12-31T00:00:00Z"),
    }),
    selfSigned: issueCertificate({ commonName: "self", names }),
    unknownCa: issueCertificate({ commonName: "stranger", names, issuer: otherCa }),
    onlyCommonName: issueCertificate({ commonName: "example.com", issuer: ca }),
    client: issueCertificate({ commonName: "client", names: ["URI:sip:client.example"], issuer: ca }),
  };
}
