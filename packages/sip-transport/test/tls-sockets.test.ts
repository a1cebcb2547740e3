import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, createServer, type ConnectionOptions, type TLSSocket } from "node:tls";
import { WebSocket } from "ws";
import { onTestFinished, describe, expect, test } from "vitest";
import { delay, systemClock, systemEnvironment } from "@sidetone/infra-common";
import { createSipTransports, viaFor, type CertificateExpiry, type SipTransports, type TlsOptions } from "@sidetone/sip-transport";
import { issueCertificate, virtualEnvironment } from "@sidetone/testkit";
import { optionsRequest } from "./messages.ts";
import { RecordingUser } from "./recording-user.ts";
import { testCertificates } from "./support/certificates.ts";

const certificates = testCertificates();
const { ca, good } = certificates;
const address = "127.0.0.1";
const explicit = { messageBytes: 500, transportIsExplicit: true };
const dayMs = 86_400_000;

/** A stack on the system's sockets, closed at the end of the test. */
function setUp(tls: TlsOptions): SipTransports {
  const transports = createSipTransports(systemEnvironment(), { tls });
  transports.user = new RecordingUser();
  onTestFinished(() => transports.close());
  return transports;
}

/** Resolves with what a client of node:tls finds. */
function look(port: number, options: ConnectionOptions = {}): Promise<{ subject: string; protocol: string | null }> {
  return new Promise((resolve, reject) => {
    const socket: TLSSocket = connect({ host: address, port, ca: ca.cert, checkServerIdentity: () => undefined, ...options }, () => {
      resolve({ subject: socket.getPeerCertificate().subject.CN as string, protocol: socket.getProtocol() });
      socket.destroy();
    });
    socket.once("error", reject);
  });
}

describe("a TLS server on the system's sockets", () => {
  test("speaks TLS 1.3, and 1.2 unless that is too old for it", async () => {
    const lax = await setUp({ cert: good.cert, key: good.key }).listen({ transport: "TLS", address, port: 0 });
    const strict = await setUp({ cert: good.cert, key: good.key, minVersion: "TLSv1.3" }).listen({ transport: "TLS", address, port: 0 });
    expect(await look(lax.port)).toEqual({ subject: "good", protocol: "TLSv1.3" });
    expect(await look(lax.port, { maxVersion: "TLSv1.2" })).toEqual({ subject: "good", protocol: "TLSv1.2" });
    await expect(look(strict.port, { maxVersion: "TLSv1.2" })).rejects.toThrow(/protocol version/);
  });

  test("shows the new certificate once the files have changed, and the old one while they cannot be read", async () => {
    const folder = mkdtempSync(join(tmpdir(), "sidetone-tls-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const [cert, key] = ["cert.pem", "key.pem"].map((name) => ({ file: join(folder, name) })) as [{ file: string }, { file: string }];
    const write = (text: string, file: string): void => {
      writeFileSync(`${file}.new`, text);
      renameSync(`${file}.new`, file);
    };
    write(good.cert, cert.file);
    write(good.key, key.file);
    const virtual = virtualEnvironment();
    // Real sockets under a virtual clock, which decides when the files are looked at.
    const environment = { ...virtual, network: systemEnvironment().network };
    const transports = createSipTransports(environment, { tls: { cert, key } });
    const { port } = await transports.listen({ transport: "TLS", address, port: 0 });
    const next = issueCertificate({ commonName: "next", names: ["IP:127.0.0.1"], issuer: ca });
    write(next.cert, cert.file);
    await virtual.clock.advance(60_000);
    expect((await look(port)).subject).toBe("good");
    write(next.key, key.file);
    expect((await look(port)).subject).toBe("good");
    await virtual.clock.advance(60_000);
    expect((await look(port)).subject).toBe("next");
    await transports.close();
    await virtual.clock.advance(60_000);
    expect(virtual.clock.pendingTimers).toBe(0);
  });
});

describe("a TLS server of several domains (RFC 6066 §3)", () => {
  const one = issueCertificate({ commonName: "one", names: ["URI:sip:one.example", "DNS:pbx.one.example"], issuer: ca });
  const two = issueCertificate({ commonName: "two", names: ["DNS:two.example"], issuer: ca });
  const wild = issueCertificate({ commonName: "wild", names: ["DNS:*.two.example"], issuer: ca });

  test.each(["TLS", "WSS"] as const)("shows over %s the certificate that is for the name asked for, else the first", async (transport) => {
    const certificates = [wild, one, two].map(({ cert, key }) => ({ cert, key }));
    const { port } = await setUp({ cert: good.cert, key: good.key, certificates }).listen({ transport, address, port: 0 });
    const shown = async (servername?: string) => (await look(port, servername === undefined ? {} : { servername })).subject;
    expect(await shown("one.example")).toBe("one");
    expect(await shown("PBX.one.example")).toBe("one");
    expect(await shown("two.example")).toBe("two");
    expect(await shown("example.com")).toBe("good");
    expect(await shown("sip.two.example")).toBe("good"); // wildcards match nothing (RFC 5922 §7.2)
    expect(await shown()).toBe("good");
    expect((await look(port, { servername: "two.example", maxVersion: "TLSv1.2" })).subject).toBe("two");
  });

  test("asks for the certificates of clients whichever it shows", async () => {
    const { client, otherCa } = certificates;
    const stranger = issueCertificate({ commonName: "stranger", issuer: otherCa });
    const own = { cert: good.cert, key: good.key, certificates: [{ cert: two.cert, key: two.key }] };
    const bob = setUp({ ...own, ca: ca.cert, clientCertificates: "require" });
    const { port } = await bob.listen({ transport: "TLS", address, port: 0 });
    const alice = setUp({ ca: ca.cert, cert: client.cert, key: client.key });
    const flow = await alice.flowTo({ transport: "TLS", address, port, hostName: "two.example" }, explicit);
    flow.send(optionsRequest(viaFor(flow, "z9hG4bK1")));
    await expect.poll(() => (bob.user as RecordingUser).requests.length).toBe(1);
    const mallory = setUp({ ca: ca.cert, cert: stranger.cert, key: stranger.key });
    const refused = await mallory.flowTo({ transport: "TLS", address, port, hostName: "two.example" }, explicit);
    await expect.poll(() => refused.isClosed).toBe(true);
  });

  test("has each of them read again, and tells of each before it ends", async () => {
    const folder = mkdtempSync(join(tmpdir(), "sidetone-tls-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const virtual = virtualEnvironment();
    const { clock } = virtual;
    const files = { cert: { file: join(folder, "cert.pem") }, key: { file: join(folder, "key.pem") } };
    const write = (text: { cert: string; key: string }): void => {
      writeFileSync(files.cert.file, text.cert);
      writeFileSync(files.key.file, text.key);
    };
    const ending = (commonName: string, days: number) =>
      issueCertificate({ commonName, names: ["DNS:two.example"], issuer: ca, notAfter: new Date(clock.wallNow() + days * dayMs) });
    write(ending("short", 20));
    const told: CertificateExpiry[] = [];
    const onExpiring = (expiry: CertificateExpiry): void => void told.push(expiry);
    const environment = { ...virtual, network: systemEnvironment().network };
    const transports = createSipTransports(environment, { tls: { cert: good.cert, key: good.key, certificates: [files], onExpiring } });
    const { port } = await transports.listen({ transport: "TLS", address, port: 0 });
    expect(told).toMatchObject([{ file: files.cert.file, subject: "CN=short", daysLeft: 20 }]);
    write(ending("long", 5000));
    await clock.advance(60_000);
    expect((await look(port, { servername: "two.example" })).subject).toBe("long");
    expect(told).toHaveLength(1);
    await transports.close();
  });
});

describe("a peer that does not read", () => {
  test.each(["TLS", "WS", "WSS"] as const)("over %s is given up when more is queued for it than allowed", async (transport) => {
    const bob = setUp({ cert: good.cert, key: good.key });
    const user = bob.user as RecordingUser;
    const { port } = await bob.listen({ transport, address, port: 0 });
    const socket = transport === "TLS" ? connect({ host: address, port, rejectUnauthorized: false }) : undefined;
    const web = socket ? undefined : new WebSocket(`${transport.toLowerCase()}://${address}:${port}`, "sip", { rejectUnauthorized: false });
    onTestFinished(() => void (socket?.destroy(), web?.terminate()));
    const hello = optionsRequest(`SIP/2.0/${transport} x.invalid;branch=z9hG4bK1`);
    socket?.write(hello);
    web?.once("open", () => web.send(hello));
    await expect.poll(() => user.requests.length).toBe(1);
    socket?.pause();
    web?.pause();
    const { flow } = user.requests[0]!;
    for (let i = 0; i < 200 && !flow.isClosed; i++) {
      flow.send(Buffer.alloc(100_000, 0x61));
      await delay(systemClock, 1);
    }
    expect(flow.isClosed).toBe(true);
    expect(user.failures).toMatchObject([{ flow, error: { code: "SIP_TRANSPORT_OVERLOADED" } }]);
  });
});

describe("sessions", () => {
  test("of clients that have shown a certificate are resumed", async () => {
    const { client } = certificates;
    const bob = setUp({ cert: good.cert, key: good.key, ca: ca.cert, clientCertificates: "require" });
    const { port } = await bob.listen({ transport: "TLS", address, port: 0 });
    const visit = (session?: Buffer): Promise<{ session: Buffer; isReused: boolean }> =>
      new Promise((resolve, reject) => {
        const options = {
          host: address,
          port,
          rejectUnauthorized: false,
          cert: client.cert,
          key: client.key,
          maxVersion: "TLSv1.2" as const,
        };
        const socket = connect({ ...options, ...(session && { session }) });
        socket.once("session", (next: Buffer) => {
          resolve({ session: next, isReused: socket.isSessionReused() });
          socket.destroy();
        });
        socket.once("secureConnect", () => {
          if (!socket.isSessionReused()) return;
          resolve({ session: session!, isReused: true });
          socket.destroy();
        });
        socket.once("error", reject);
      });
    const { session } = await visit();
    expect((await visit(session)).isReused).toBe(true);
  });
});

describe("a TLS client on the system's sockets", () => {
  async function clientHello(hostName: string, tls: TlsOptions = {}) {
    const seen: { servername: string | false; alpn: string | false | null }[] = [];
    const server = createServer({ cert: good.cert, key: good.key, ALPNProtocols: ["sip/2"] }, (socket) => {
      seen.push({ servername: (socket as TLSSocket & { servername: string | false }).servername, alpn: socket.alpnProtocol });
    });
    await new Promise<void>((resolve) => server.listen(0, address, resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as { port: number };
    const flow = await setUp({ ca: ca.cert, ...tls }).flowTo({ transport: "TLS", address, port, hostName }, explicit);
    expect(flow.secure).toBe(true);
    await expect.poll(() => seen.length).toBe(1);
    return seen[0];
  }

  test("says in SNI which host it wants, and offers no ALPN", async () => {
    expect(await clientHello("example.com")).toEqual({ servername: "example.com", alpn: false });
  });

  test("sends no address in SNI (RFC 6066 §3), and ALPN when told to", async () => {
    expect(await clientHello(address, { alpn: ["sip/2"] })).toEqual({ servername: false, alpn: "sip/2" });
  });
});

describe("a certificate that ends", () => {
  test("is told of 30, 7 and 1 days before, and when it has ended", async () => {
    const environment = virtualEnvironment();
    const { clock } = environment;
    const ends = issueCertificate({ commonName: "short", issuer: ca, notAfter: new Date(clock.wallNow() + 40 * dayMs) });
    const told: CertificateExpiry[] = [];
    const onExpiring = (expiry: CertificateExpiry): void => void told.push(expiry);
    const transports = createSipTransports(environment, { tls: { cert: ends.cert, key: ends.key, reloadCheckMs: dayMs / 4, onExpiring } });
    await clock.advance(9 * dayMs);
    expect(told).toEqual([]);
    await clock.advance(36 * dayMs);
    expect(told.map(({ daysLeft }) => daysLeft)).toEqual([29, 6, 0, -1]);
    expect(told[0]).toMatchObject({ subject: "CN=short", file: undefined, expiresAtMs: environment.clock.epochMs + 40 * dayMs });
    await transports.close();
    expect(clock.pendingTimers).toBe(0);
  });

  test("may make the application's function fail: that disturbs nobody", async () => {
    const environment = virtualEnvironment({ onListenerError: "collect" });
    const { expired } = testCertificates();
    const onExpiring = (): never => {
      throw new Error("the application's");
    };
    const transports = createSipTransports(environment, { tls: { cert: expired.cert, key: expired.key, onExpiring } });
    expect(environment.listenerErrors).toMatchObject([{ where: "tls.onExpiring" }]);
    await transports.close();
  });
});
