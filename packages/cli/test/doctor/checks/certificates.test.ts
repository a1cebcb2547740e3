import { issueCertificate, SeededRandom, virtualEnvironment, VirtualClock, VirtualNetwork, type CertificateParts } from "@sidetone/testkit";
import { expect, test } from "vitest";
import { certificatesCheck } from "../../../src/doctor/checks/certificates.ts";
import { codesOf, surgery } from "../../support/examine.ts";

const ca = issueCertificate({ commonName: "Test CA", isAuthority: true });
const names = ["DNS:example.com", "IP:10.0.0.2"];

/** What is found about a server at 10.0.0.2 that shows such a certificate to somebody who trusts the test authority and looks at `clock`. */
async function look(parts: Partial<CertificateParts>, { clock = new VirtualClock(), server = "sip:10.0.0.2:5061;transport=tls" } = {}) {
  const { cert, key } = issueCertificate({ commonName: "desk", names, issuer: ca, ...parts });
  const { examine, sipServer, here } = surgery(
    virtualEnvironment({ host: "10.0.0.1", network: new VirtualNetwork(clock, new SeededRandom("certificates")) }),
  );
  here.resolver.setAddresses("example.com", ["10.0.0.2"]);
  await sipServer("TLS", "10.0.0.2", 5061, { tls: { cert, key } });
  return examine(certificatesCheck, { server, tls: { ca: ca.cert } });
}

test("one that is good: who says so, for how long, over what", async () => {
  const [found] = await look({});
  expect(found).toMatchObject({
    code: "TLS_TRUSTED",
    subject: "TLS 10.0.0.2:5061",
    data: {
      host: "10.0.0.2",
      coversHost: true,
      names: ["example.com", "10.0.0.2"],
      distrust: null,
      protocol: "TLSv1.3",
      chain: [
        { subject: "desk", issuer: "Test CA", validFrom: "2020-01-01", validTo: "2049-01-01", daysLeft: 8400 },
        { subject: "Test CA" },
      ],
    },
  });
  expect(found!.text).toBe("TLS 10.0.0.2:5061 is 10.0.0.2, says Test CA, for 8400 more days (TLSv1.3, TLS_AES_256_GCM_SHA384)");
});

test("by the name of the domain, not of the address (RFC 5922 §7.2)", async () => {
  const findings = await look({ names: ["URI:sip:example.com"] }, { server: "sip:example.com:5061;transport=tls" });
  expect(findings).toMatchObject([{ code: "TLS_TRUSTED", data: { host: "example.com" } }]);
});

test.each<[string, Partial<CertificateParts>, string, string]>([
  ["another name", { names: ["DNS:other.example"] }, "TLS_WRONG_NAME", "is for other.example, not for 10.0.0.2"],
  ["a wildcard", { names: ["DNS:*.0.0.2"] }, "TLS_WRONG_NAME", "is for nobody, not for 10.0.0.2"],
  ["no name but a common one", { commonName: "10.0.0.2", names: [] }, "TLS_WRONG_NAME", "is for nobody"],
  [
    "a date in the past",
    { notBefore: new Date("2019-01-01T00:00:00Z"), notAfter: new Date("2019-12-31T00:00:00Z") },
    "TLS_EXPIRED",
    "expired on 2019-12-31",
  ],
  [
    "an authority that nobody knows",
    { issuer: issueCertificate({ commonName: "Other CA", isAuthority: true }) },
    "TLS_UNTRUSTED",
    "Other CA",
  ],
])("one with %s", async (_what, parts, code, text) => {
  const findings = await look(parts);
  expect(findings).toMatchObject([{ code, status: "problem" }]);
  expect(findings[0]!.text).toContain(text);
  expect(findings[0]!.advice).not.toBe("");
});

test("one that is signed by itself", async () => {
  const { cert, key } = issueCertificate({ commonName: "desk", names });
  const { examine, sipServer } = surgery();
  await sipServer("TLS", "10.0.0.2", 5061, { tls: { cert, key } });
  const server = "sip:10.0.0.2:5061;transport=tls";
  expect(codesOf(await examine(certificatesCheck, { server }))).toEqual(["TLS_SELF_SIGNED"]);
  expect(codesOf(await examine(certificatesCheck, { server, tls: { ca: cert } }))).toEqual(["TLS_TRUSTED"]);
});

test("all that is wrong is told at once", async () => {
  const findings = await look({
    names: ["DNS:other.example"],
    notBefore: new Date("2019-01-01T00:00:00Z"),
    notAfter: new Date("2019-12-31T00:00:00Z"),
  });
  expect(codesOf(findings)).toEqual(["TLS_EXPIRED", "TLS_WRONG_NAME"]);
});

test("one that ends soon is good and worth a note", async () => {
  const findings = await look({}, { clock: new VirtualClock({ epochMs: Date.UTC(2048, 11, 20) }) });
  expect(codesOf(findings)).toEqual(["TLS_EXPIRES_SOON", "TLS_TRUSTED"]);
  expect(findings[0]!.text).toBe("The certificate of TLS 10.0.0.2:5061 ends in 11 days, on 2049-01-01");
});

test("a computer that lives before the certificate has its clock wrong", async () => {
  const findings = await look({}, { clock: new VirtualClock({ epochMs: Date.UTC(2019, 0, 1) }) });
  expect(findings).toMatchObject([{ code: "TLS_NOT_YET_VALID", status: "problem" }]);
  expect(findings[0]!.advice).toContain("clock");
});

test("nothing is said where nothing is encrypted", async () => {
  const { examine, sipServer } = surgery();
  await sipServer("UDP", "10.0.0.2", 5060);
  expect(await examine(certificatesCheck, { server: "sip:10.0.0.2" })).toEqual([]);
});
