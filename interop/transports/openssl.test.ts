import { writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import type { TlsOptions } from "sidetone/transport";
import { issueCertificate } from "@sidetone/testkit";
import { eventually } from "../peers/process/eventually.ts";
import { freePorts } from "../peers/process/free-ports.ts";
import { describeWith } from "../peers/process/installed.ts";
import { PeerProcess } from "../peers/process/peer-process.ts";
import { ScratchFolder } from "../peers/process/scratch-folder.ts";
import { authority, certificateFor } from "./certificates.ts";
import { openAgent } from "./open-agent.ts";
import { options, sClient } from "./s-client.ts";

const good = certificateFor("URI:sip:sip.test", "DNS:sip.test", "IP:127.0.0.1");
const client = certificateFor("URI:sip:client.test");
const stranger = issueCertificate({ commonName: "stranger" });

/** A folder with everybody's certificates, for openssl to read. */
async function openFolder(): Promise<ScratchFolder> {
  const folder = await ScratchFolder.make("openssl");
  onTestFinished(() => folder[Symbol.asyncDispose]());
  for (const [name, { cert, key }] of Object.entries({ ca: authority, good, client, stranger })) {
    await writeFile(folder.file(`${name}.pem`), cert);
    await writeFile(folder.file(`${name}.key`), key);
  }
  return folder;
}

async function serve(tls: Partial<TlsOptions> = {}): Promise<number> {
  const { transports } = await openAgent("server", { tls: { cert: good.cert, key: good.key, ca: authority.cert, ...tls } }, ["TLS"]);
  return transports.listeningPoints[0]!.port;
}

describeWith(["openssl"], "openssl s_client", () => {
  test("finds the certificate good for the domain, and its OPTIONS is answered", async () => {
    const output = await sClient(await serve(), await openFolder(), ["-verify_hostname", "sip.test", "-servername", "sip.test"]);
    expect(output).toContain("Verify return code: 0 (ok)");
    expect(output).toContain("No ALPN negotiated");
    expect(output).toContain("SIP/2.0 200 OK");
  });

  test("speaks TLS 1.2 where that is allowed, and is refused where it is not", async () => {
    const folder = await openFolder();
    expect(await sClient(await serve(), folder, ["-tls1_2"])).toContain("SIP/2.0 200 OK");
    expect(await sClient(await serve({ minVersion: "TLSv1.3" }), folder, ["-tls1_2"])).toMatch(/alert protocol version/);
  });

  test("shows its certificate where one is required, and is refused with a stranger's or none", async () => {
    const folder = await openFolder();
    const port = await serve({ clientCertificates: "require" });
    const show = (name: string) => ["-cert", folder.file(`${name}.pem`), "-key", folder.file(`${name}.key`)];
    expect(await sClient(port, folder, show("client"))).toContain("SIP/2.0 200 OK");
    expect(await sClient(port, folder, show("stranger"))).not.toContain("SIP/2.0 200");
    expect(await sClient(port, folder)).not.toContain("SIP/2.0 200");
  });
});

/** An `openssl s_server` that prints what it receives. */
async function sServer(
  folder: ScratchFolder,
  certificate: string,
  args: readonly string[] = [],
): Promise<{ port: number; server: PeerProcess }> {
  const port = await freePorts(1);
  const files = ["-cert", folder.file(`${certificate}.pem`), "-key", folder.file(`${certificate}.key`), "-CAfile", folder.file("ca.pem")];
  const words = ["openssl", "s_server", "-accept", `127.0.0.1:${port}`, ...files, ...args];
  // It would end with its standard input.
  const server = new PeerProcess("sh", ["-c", `sleep 60 | ${words.join(" ")}`], { cwd: folder.path, atMostSeconds: 60 });
  onTestFinished(() => server[Symbol.asyncDispose]());
  await server.printed(/ACCEPT/);
  return { port, server };
}

describeWith(["openssl"], "openssl s_server", () => {
  const target = (port: number) => ({ transport: "TLS" as const, address: "127.0.0.1", port, hostName: "sip.test" });
  const explicit = { messageBytes: 300, transportIsExplicit: true };

  test("gets our request, and SNI, once its certificate is found good", async () => {
    const folder = await openFolder();
    const { port, server } = await sServer(folder, "good", [
      "-servername",
      "sip.test",
      "-servername_fatal",
      "-cert2",
      folder.file("good.pem"),
      "-key2",
      folder.file("good.key"),
    ]);
    const { transports } = await openAgent("alice", { tls: { ca: authority.cert } });
    const flow = await transports.flowTo(target(port), explicit);
    flow.send(Buffer.from(options(port)));
    await server.printed(/OPTIONS sip:127\.0\.0\.1/);
    await server.printed(/Hostname in TLS extension: "sip.test"/);
  });

  test("gets our certificate when it asks for one", async () => {
    const folder = await openFolder();
    const { port, server } = await sServer(folder, "good", ["-Verify", "1", "-verify_return_error"]);
    const { transports } = await openAgent("alice", { tls: { ca: authority.cert, cert: client.cert, key: client.key } });
    const flow = await transports.flowTo(target(port), explicit);
    flow.send(Buffer.from(options(port)));
    await server.printed(/OPTIONS sip:127\.0\.0\.1/);
    await server.printed(/subject=CN = interop/);
  });

  test("that knows no version of TLS that is new enough gets nothing, and the error says why", async () => {
    const { port } = await sServer(await openFolder(), "good", ["-tls1_2"]);
    const { transports } = await openAgent("alice", { tls: { ca: authority.cert, minVersion: "TLSv1.3" } });
    await expect(transports.flowTo(target(port), explicit)).rejects.toThrow("no version of TLS in common");
  });

  test("that shows a certificate of its own making gets nothing", async () => {
    const folder = await openFolder();
    const { port, server } = await sServer(folder, "stranger");
    const { transports } = await openAgent("alice", { tls: { ca: authority.cert } });
    await expect(transports.flowTo(target(port), explicit)).rejects.toMatchObject({ code: "SIP_TRANSPORT_CERTIFICATE" });
    expect(server.output).not.toContain("OPTIONS");
  });
});

describeWith(["openssl"], "a connection that says nothing", () => {
  test("to a TLS port is closed when the time for the first message is up", async () => {
    const tls = { cert: good.cert, key: good.key };
    const { transports } = await openAgent("server", { tls, firstMessageTimeoutMs: 300 }, ["TLS"]);
    const socket = connect(transports.listeningPoints[0]!.port, "127.0.0.1");
    socket.on("error", () => {});
    await eventually("it is closed", () => socket.destroyed, { withinMs: 3000 });
  });
});
