import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import { createClient, type Client } from "@sidetone/client-core";
import { issueCertificate } from "@sidetone/testkit";
import { describe, expect, test } from "vitest";
import { rejection } from "../support/scenario.ts";

/** Whether both sockets of a port can be bound now. */
async function isFree(port: number): Promise<boolean> {
  const datagram = createSocket("udp4");
  const stream = createServer();
  try {
    await new Promise<void>((resolve, reject) => datagram.once("error", reject).bind(port, "127.0.0.1", resolve));
    await new Promise<void>((resolve, reject) => stream.once("error", reject).listen(port, "127.0.0.1", resolve));
    return true;
  } catch {
    return false;
  } finally {
    await new Promise<void>((resolve) => datagram.close(() => resolve()));
    await new Promise<void>((resolve) => void stream.close(() => resolve()));
  }
}

const portOf = (client: Client): number => client.listeningPoints[0]!.port;

const authority = issueCertificate({ commonName: "Test CA", isAuthority: true });
const { cert, key } = issueCertificate({ commonName: "bob", names: ["IP:127.0.0.1"], issuer: authority });

describe("over TLS", () => {
  test("a sips call is set up and ended, and TLS is listened on beside UDP and TCP", async () => {
    await using bob = await createClient({ listen: "127.0.0.1:0", account: { uri: "sip:bob@127.0.0.1" }, tls: { cert, key } });
    await using alice = await createClient({ listen: "127.0.0.1:0", transports: ["WSS"], tls: { ca: authority.cert } });
    expect(bob.listeningPoints.map(({ transport }) => transport)).toEqual(["UDP", "TCP", "TLS"]);
    expect(alice.listeningPoints).toEqual([]);
    let contact = "";
    bob.onIncoming(async (incoming) => {
      contact = incoming.header("Contact")!;
      await incoming.answer();
    });
    const call = await alice.call(`sips:bob@127.0.0.1:${bob.listeningPoints[2]!.port}`);
    expect(contact).toMatch(/^<sips:/);
    expect((await call.hangUp()).cause).toBe("HungUp");
  });

  test("a server whose certificate is not trusted is not called", async () => {
    await using bob = await createClient({ listen: "127.0.0.1:0", transports: ["TLS"], tls: { cert, key } });
    await using alice = await createClient({ listen: "127.0.0.1:0" });
    const error = await rejection(alice.call(`sips:bob@127.0.0.1:${portOf(bob)}`));
    expect(error).toMatchObject({ code: "CERTIFICATE_NOT_TRUSTED" });
    expect(bob.listeningPoints.map(({ transport }) => transport)).toEqual(["TLS"]);
    expect(bob.callCount).toBe(0);
  });

  test("a certificate that cannot be read is CONFIG_INVALID", async () => {
    const options = { listen: "127.0.0.1:0", tls: { cert: { file: "/no/such.pem" }, key } };
    const error = await rejection(createClient(options));
    expect(error).toMatchObject({ code: "CONFIG_INVALID" });
    expect(String(error)).toContain("/no/such.pem");
  });
});

describe("on real sockets", () => {
  test("two clients talk over loopback, and their ports are free when close() resolves", async () => {
    const bob = await createClient({ listen: "127.0.0.1:0", account: { uri: "sip:bob@127.0.0.1" } });
    const alice = await createClient({ listen: "127.0.0.1:0" });
    const ports = [portOf(alice), portOf(bob)];
    bob.onIncoming(async (incoming) => {
      (await incoming.answer()).setEcho(true);
    });
    const call = await alice.call(bob.uri);
    expect(call.codec).toBe("PCMU");
    await call.once("mediaActive");
    const rtpPort = call.negotiatedMedia!.localPort;
    expect(await isFree(rtpPort)).toBe(false);
    const { cause, statistics } = await call.hangUp();
    expect([cause, statistics!.packetsLost]).toEqual(["HungUp", 0]);
    await Promise.all([alice.close(), bob.close()]);
    for (const port of [...ports, rtpPort]) expect(await isFree(port)).toBe(true);
  });

  test("a busy port is RESOURCE_UNAVAILABLE with advice", async () => {
    await using first = await createClient({ listen: "127.0.0.1:0" });
    const error = await rejection(createClient({ listen: `127.0.0.1:${portOf(first)}` }));
    expect(error).toMatchObject({ code: "RESOURCE_UNAVAILABLE", userMessage: "Something that is needed is in use." });
    expect(String(error)).toContain(String(portOf(first)));
  });

  test("a wildcard is never written: Via, Contact and c= carry the address that reaches the peer", async () => {
    await using bob = await createClient({ listen: "127.0.0.1:0" });
    await using alice = await createClient({ listen: "0.0.0.0:0" });
    let offer = "";
    let contact = "";
    bob.onIncoming((incoming) => {
      offer = incoming.remoteSdp!;
      contact = incoming.header("Contact")! + incoming.header("Via")!;
      incoming.reject();
    });
    await rejection(alice.call(bob.uri));
    expect(offer).toContain("c=IN IP4 127.0.0.1");
    expect(contact).not.toContain("0.0.0.0");
    expect(contact).toContain(`127.0.0.1:${portOf(alice)}`);
  });
});
