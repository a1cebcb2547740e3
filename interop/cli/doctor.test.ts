import { writeFile } from "node:fs/promises";
import { issueCertificate, type IssuedCertificate } from "@sidetone/testkit";
import { expect, onTestFailed, onTestFinished, test } from "vitest";
import { openKamailio } from "../kamailio/open-kamailio.ts";
import { startCoturn } from "../peers/coturn/start-coturn.ts";
import { kamailioDomain, passwordOf } from "../peers/kamailio/start-kamailio.ts";
import { startEdge, type Edge } from "../peers/kamailio/start-edge.ts";
import { freePorts } from "../peers/process/free-ports.ts";
import { describeWith } from "../peers/process/installed.ts";
import { ScratchFolder } from "../peers/process/scratch-folder.ts";
import { authority, certificateFor } from "../transports/certificates.ts";
import { runSidetone, type JsonLine } from "../under-test/run-sidetone.ts";

interface Examined {
  readonly exitCode: number;
  /** `check CODE`, of everything that is about the way and not about the computer. */
  readonly codes: string[];
  readonly findings: readonly JsonLine[];
  of(code: string): JsonLine;
}

const ofTheWay = new Set(["name-service", "servers", "certificates", "nat", "registration"]);

async function doctor(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Examined> {
  const run = runSidetone(["doctor", ...args, "--no-config", "--json"], { environment });
  const exitCode = await run.process.exited;
  const findings = run.ofType("Finding").filter(({ check }) => ofTheWay.has(String(check)));
  expect(run.lines.at(-1)!.type).toBe("DoctorReport");
  const of = (code: string): JsonLine => findings.find((finding) => finding["code"] === code)!;
  return { exitCode, codes: findings.map((finding) => String(finding["code"])), findings, of };
}

async function openEdge(certificate: IssuedCertificate): Promise<Edge> {
  const edge = await startEdge({ certificate, authority });
  onTestFinished(() => edge[Symbol.asyncDispose]());
  onTestFailed(() => console.log(edge.process.lastWords));
  return edge;
}

async function authorityFile(): Promise<string> {
  const folder = await ScratchFolder.make("doctor");
  onTestFinished(() => folder[Symbol.asyncDispose]());
  await writeFile(folder.file("ca.pem"), authority.cert);
  return folder.file("ca.pem");
}

const at = (edge: Edge, transport: keyof Edge["ports"]): string =>
  `sip:127.0.0.1:${edge.ports[transport]};transport=${transport.toLowerCase()}`;
const good = certificateFor("URI:sip:sip.test", "IP:127.0.0.1");

describeWith(["kamailio"], "npx sidetone doctor, looking at kamailio", () => {
  test("over UDP, TCP, TLS, WS and WSS: it answers, and the certificate is good", async () => {
    const [edge, ca] = [await openEdge(good), await authorityFile()];
    for (const transport of ["UDP", "TCP", "TLS", "WS", "WSS"] as const) {
      const { exitCode, codes, of } = await doctor([at(edge, transport), "--tls-ca", ca]);
      expect(exitCode, transport).toBe(0);
      expect(of("SERVER_ANSWERS")["text"], transport).toMatch(/ answered 200 .*: it is kamailio/i);
      const { connectMs, handshakeMs, roundTripMs } = of("SERVER_ANSWERS")["data"] as Record<string, number | null>;
      const isSecure = transport === "TLS" || transport === "WSS";
      expect([connectMs === null, handshakeMs === null], transport).toEqual([transport === "UDP", !isSecure]);
      expect(roundTripMs, transport).toBeGreaterThan(0);
      expect(codes.includes("TLS_TRUSTED"), transport).toBe(isSecure);
    }
  });

  test("a certificate of another name, one that has expired, one that nobody vouches for: each is told, and nothing is asked", async () => {
    const ca = await authorityFile();
    const expired = issueCertificate({
      commonName: "old",
      names: ["IP:127.0.0.1"],
      issuer: authority,
      notBefore: new Date("2019-01-01T00:00:00Z"),
      notAfter: new Date("2019-12-31T00:00:00Z"),
    });
    const cases = [
      [certificateFor("DNS:other.example"), ["--tls-ca", ca], "TLS_WRONG_NAME"],
      [expired, ["--tls-ca", ca], "TLS_EXPIRED"],
      [issueCertificate({ commonName: "self", names: ["IP:127.0.0.1"] }), ["--tls-ca", ca], "TLS_SELF_SIGNED"],
      [good, [], "TLS_UNTRUSTED"],
    ] as const;
    for (const [certificate, trust, code] of cases) {
      const edge = await openEdge(certificate);
      const { exitCode, codes } = await doctor([at(edge, "TLS"), ...trust]);
      expect([exitCode, codes], code).toEqual([2, ["DNS_TARGETS", "SERVER_NOT_ASKED", code]]);
      await edge[Symbol.asyncDispose]();
    }
  });

  test("the registration: challenge, lifetime, 423, and taken back; a wrong password", async () => {
    const kamailio = await openKamailio({ algorithm: "SHA-256" });
    const args = [`sip:alice@${kamailioDomain}`, "--server", `sip:${kamailio.hostPort}`];
    const right = await doctor(args, { SIDETONE_PASSWORD: passwordOf("alice") });
    expect([right.exitCode, right.codes.slice(-2)]).toEqual([0, ["REGISTRATION_WORKS", "REGISTRATION_REMOVED"]]);
    expect(right.of("REGISTRATION_WORKS")["data"]).toMatchObject({ realms: [kamailioDomain], algorithms: ["SHA-256"] });
    const wrong = await doctor(args, { SIDETONE_PASSWORD: "wrong" });
    expect([wrong.exitCode, wrong.codes.at(-1)]).toEqual([2, "REGISTRATION_PASSWORD_WRONG"]);
    const longer = await openKamailio({ leastExpiresSeconds: 7200 });
    const { of } = await doctor([args[0]!, "--server", `sip:${longer.hostPort}`], { SIDETONE_PASSWORD: passwordOf("alice") });
    expect(of("REGISTRATION_WORKS")["data"]).toMatchObject({ minExpiresSeconds: 7200, askedSeconds: 3600 });
  });

  test("a closed port, in words for a person", async () => {
    const port = await freePorts(1);
    const run = runSidetone(["doctor", `sip:127.0.0.1:${port};transport=tcp`, "--no-config"]);
    expect(await run.process.exited).toBe(2);
    expect(run.process.stdout).toMatch(
      /\n1 problem[^]*\n {2}problem {2}TCP 127\.0\.0\.1:\d+ is there, and nothing listens[^]*→ check the port/,
    );
  });
});

describeWith(["turnserver"], "npx sidetone doctor, asking coturn", () => {
  test("one server with another address is asked at its three places (RFC 5780 §4.3), and sees one port", async () => {
    const coturn = await startCoturn({ hasOtherAddress: true });
    onTestFinished(() => coturn[Symbol.asyncDispose]());
    onTestFailed(() => console.log(coturn.process.lastWords));
    const { exitCode, codes, findings, of } = await doctor(["--stun", `127.0.0.1:${coturn.port}`]);
    expect([exitCode, codes]).toEqual([0, ["STUN_ADDRESS", "STUN_ADDRESS", "STUN_ADDRESS", "NAT_FILTERING"]]);
    expect(of("NAT_FILTERING")["data"]).toEqual({ filtering: "endpoint-independent" });
    const views = findings.slice(0, 3);
    expect(views.map(({ subject }) => subject)).toEqual([
      `127.0.0.1:${coturn.port}`,
      `127.0.0.2:${coturn.port}`,
      `127.0.0.2:${coturn.port + 1}`,
    ]);
    const seen = views.map(({ data }) => JSON.stringify((data as { public: unknown }).public));
    expect(new Set(seen).size).toBe(1);
  });
});
