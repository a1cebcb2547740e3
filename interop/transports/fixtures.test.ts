import { writeFile } from "node:fs/promises";
import { expect, onTestFailed, onTestFinished, test } from "vitest";
import { issueCertificate, type IssuedCertificate } from "@sidetone/testkit";
import { startEdge } from "../peers/kamailio/start-edge.ts";
import { describeWith } from "../peers/process/installed.ts";
import { ScratchFolder } from "../peers/process/scratch-folder.ts";
import { openClient } from "../under-test/open-client.ts";
import { authority } from "./certificates.ts";
import { openAgent } from "./open-agent.ts";
import { sClient } from "./s-client.ts";

/** Whom everybody here wants to talk to. */
const serverName = "pbx.sip.test";
const names = [`DNS:${serverName}`];
const otherAuthority = issueCertificate({ commonName: "Other CA", isAuthority: true });
const over = { notBefore: new Date("2019-01-01T00:00:00Z"), notAfter: new Date("2019-12-31T00:00:00Z") };
const fixtures: Readonly<Record<string, IssuedCertificate>> = {
  good: issueCertificate({ commonName: "good", names, issuer: authority }),
  wildcard: issueCertificate({ commonName: "wildcard", names: ["DNS:*.sip.test"], issuer: authority }),
  "wrong name": issueCertificate({ commonName: "wrong", names: ["DNS:other.example"], issuer: authority }),
  expired: issueCertificate({ commonName: "old", names, issuer: authority, ...over }),
  "self-signed": issueCertificate({ commonName: "self", names }),
  "unknown CA": issueCertificate({ commonName: "stranger", names, issuer: otherAuthority }),
};
const trust = { ca: authority.cert };

/** The messages of an error and of what caused it. */
function storyOf(error: unknown): string {
  return error instanceof Error ? `${error.message}: ${storyOf(error.cause)}` : "";
}

describeWith(["kamailio"], "a client of ours, and what a server may show it", () => {
  const rows = [
    ["good", undefined],
    ["wildcard", `not for ${serverName}`],
    ["wrong name", "is for other.example"],
    ["expired", "CERT_HAS_EXPIRED"],
    ["self-signed", "DEPTH_ZERO_SELF_SIGNED_CERT"],
    ["unknown CA", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
  ] as const;
  const cases = rows.flatMap(([name, problem]) => (["TLS", "WSS"] as const).map((transport) => [name, transport, problem] as const));

  test.each(cases)("%s over %s", async (name, transport, problem) => {
    const edge = await startEdge({ certificate: fixtures[name]!, authority });
    onTestFinished(() => edge[Symbol.asyncDispose]());
    onTestFailed(() => console.log(edge.process.lastWords));
    const registrar = `sip:127.0.0.1:${edge.ports[transport]};transport=${transport.toLowerCase()}`;
    const account = { uri: "sip:alice@sip.test", password: "secret-alice", registrar };
    const opening = openClient({ account, tls: { ...trust, serverName } });
    if (problem === undefined) return void expect((await opening).account.registration.state).toBe("Active");
    const error = (await opening.catch((reason: unknown) => reason)) as Error;
    expect(error).toMatchObject({ code: "CERTIFICATE_NOT_TRUSTED", isRecoverable: false });
    expect(storyOf(error)).toContain(problem);
  });

  test.each([
    ["ours, where it asks for one", { cert: fixtures["good"]!.cert, key: fixtures["good"]!.key }, true],
    ["none, where it asks for one", {}, false],
    ["one that it does not trust", { cert: fixtures["unknown CA"]!.cert, key: fixtures["unknown CA"]!.key }, false],
  ])("is shown %s", async (_what, own, isTaken) => {
    const edge = await startEdge({ certificate: fixtures["good"]!, authority, asksForCertificates: true });
    onTestFinished(() => edge[Symbol.asyncDispose]());
    for (const transport of ["TLS", "WSS"] as const) {
      const registrar = `sip:127.0.0.1:${edge.ports[transport]};transport=${transport.toLowerCase()}`;
      const account = { uri: "sip:alice@sip.test", password: "secret-alice", registrar };
      const opening = openClient({ account, tls: { ...trust, ...own, serverName } });
      if (isTaken) expect((await opening).account.registration.state).toBe("Active");
      else await expect(opening).rejects.toMatchObject({ category: "network" });
    }
  });
});

describeWith(["openssl"], "a server of ours", () => {
  async function folderOf(...certificates: readonly (readonly [string, IssuedCertificate])[]): Promise<ScratchFolder> {
    const folder = await ScratchFolder.make("fixtures");
    onTestFinished(() => folder[Symbol.asyncDispose]());
    for (const [name, { cert, key }] of [["ca", authority] as const, ...certificates]) {
      await writeFile(folder.file(`${name}.pem`), cert);
      await writeFile(folder.file(`${name}.key`), key);
    }
    return folder;
  }
  const portOf = async (tls: object): Promise<number> => (await openAgent("server", { tls }, ["TLS"])).transports.listeningPoints[0]!.port;

  test.each([
    ["good", "SIP/2.0 200 OK"],
    ["wildcard", "SIP/2.0 200 OK"], // openssl knows nothing of RFC 5922
    ["wrong name", "hostname mismatch"],
    ["expired", "certificate has expired"],
    ["self-signed", "self-signed certificate"],
    ["unknown CA", "unable to get local issuer certificate"],
  ] as const)("shows a certificate that is %s, and openssl finds it so", async (name, found) => {
    const { cert, key } = fixtures[name]!;
    const output = await sClient(await portOf({ cert, key }), await folderOf(), ["-verify_hostname", serverName]);
    expect(output.toLowerCase()).toContain(found.toLowerCase());
  });

  test.each([
    ["good", true],
    ["wildcard", true], // clients are judged by their authority
    ["wrong name", true],
    ["expired", false],
    ["self-signed", false],
    ["unknown CA", false],
    ["none", false],
  ] as const)("that wants certificates: %s is let in: %j", async (name, isLetIn) => {
    const { cert, key } = fixtures["good"]!;
    const shown = fixtures[name];
    const folder = await folderOf(...(shown ? [["client", shown] as const] : []));
    const own = shown ? ["-cert", folder.file("client.pem"), "-key", folder.file("client.key")] : [];
    const output = await sClient(await portOf({ cert, key, ca: authority.cert, clientCertificates: "require" }), folder, own);
    expect(output.includes("SIP/2.0 200 OK")).toBe(isLetIn);
  });
});
