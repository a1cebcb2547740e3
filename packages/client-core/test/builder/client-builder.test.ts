import { ClientBuilder, ClientError, type ClientManager } from "@sidetone/client-core";
import { virtualEnvironment, type VirtualEnvironment } from "@sidetone/testkit";
import { describe, expect, test } from "vitest";
import { rejection } from "../support/scenario.ts";

async function refusal(builder: ClientBuilder): Promise<{ code: string; message: string }> {
  const error = await rejection(builder.build());
  expect(error).toBeInstanceOf(ClientError);
  return error as ClientError;
}

async function start(
  change: (builder: ClientBuilder) => ClientBuilder,
): Promise<{ client: ClientManager; environment: VirtualEnvironment }> {
  const environment = virtualEnvironment();
  const client = await change(new ClientBuilder().environment(environment).localAddress("10.0.0.1:5060")).build();
  await environment.clock.advanceUntil(client.start());
  return { client, environment };
}

describe("what this version cannot honour is refused by name", () => {
  test("the example of the contract, all of it in one error", async () => {
    const builder = new ClientBuilder()
      .localAddress("127.0.0.1:5060")
      .userAgent("MyCompany Softphone v1.0")
      .withMedia((m) =>
        m
          .codecs(["opus", "G722", "PCMU", "PCMA"])
          .requireSrtp(false)
          .echoCancellation(true)
          .noiseSuppression(true)
          .autoGainControl(true)
          .dtmfEnabled(true)
          .maxBandwidthKbps(256)
          .preferredPtime(20)
          .customAttributes({ "custom-attr": "value" }),
      );
    const { code, message } = await refusal(builder);
    expect(code).toBe("CONFIG_UNSUPPORTED");
    for (const field of ["codecs: opus, G722 cannot", "echoCancellation", "noiseSuppression", "autoGainControl"])
      expect(message).toContain(field);
    for (const fine of [
      "PCMA cannot",
      "srtp",
      "dtmf",
      "maxBandwidthKbps",
      "preferredPtime",
      "customAttributes",
      "userAgent",
      "localAddress",
    ])
      expect(message).not.toContain(fine);
  });

  test.each([
    ["srtp", (b: ClientBuilder) => b.srtp("prefer")],
    ["srtp", (b: ClientBuilder) => b.requireSrtp(true)],
    ["srtpProfiles", (b: ClientBuilder) => b.srtpProfiles(["AES_CM_128_HMAC_SHA1_80"])],
    ["sessionTimer", (b: ClientBuilder) => b.sessionTimer(1800)],
    ["musicOnHold", (b: ClientBuilder) => b.musicOnHold("hold.wav")],
    ["nat", (b: ClientBuilder) => b.nat("ice" as never)],
    ["account.registrar", (b: ClientBuilder) => b.account({ uri: "sip:a@b", registrar: "sip:b;transport=sctp" })],
    [
      "accounts[1].registrar",
      (b: ClientBuilder) => b.account({ uri: "sip:a@b" }).account({ uri: "sip:c@d", registrar: "sip:d;transport=sctp" }),
    ],
    ["outboundProxy", (b: ClientBuilder) => b.outboundProxy("sip:proxy.example;transport=sctp")],
    ["maxBandwidthKbps", (b: ClientBuilder) => b.withMedia((m) => m.maxBandwidthKbps(64))],
    ["codecs", (b: ClientBuilder) => b.codecs(["G729"])],
    ["enableVideo", () => new ClientBuilder({ enableVideo: true })],
    ["enableAudio", () => new ClientBuilder({ enableAudio: false })],
    ["mediaPreset", (b: ClientBuilder) => b.mediaPreset("VoiceOptimized")],
    ["mediaPreset", (b: ClientBuilder) => b.mediaPreset("MusicOptimized")],
    ["mediaPreset", (b: ClientBuilder) => b.mediaPreset("LowBandwidth")],
    ["mediaPreset", (b: ClientBuilder) => b.mediaPreset("Secure")],
  ])("%s (%#)", async (field, set) => {
    const { code, message } = await refusal(set(new ClientBuilder()));
    expect(code).toBe("CONFIG_UNSUPPORTED");
    expect(message).toContain(`${field}:`);
  });
});

describe("what makes no sense is CONFIG_INVALID and named as it was set", () => {
  test.each([
    ["localAddress", (b: ClientBuilder) => b.localAddress("localhost:5060")],
    ["mediaAddress", (b: ClientBuilder) => b.mediaAddress("127.0.0.1:7000")],
    ["mediaAddress", (b: ClientBuilder) => b.mediaAddress("media.example")],
    ["userAgent", (b: ClientBuilder) => b.userAgent("a\nb")],
    ["domain", (b: ClientBuilder) => b.domain("a b")],
    ["account.uri", (b: ClientBuilder) => b.account({ uri: "alice" })],
    ["outboundProxy", (b: ClientBuilder) => b.account({ uri: "sip:a@b" }).outboundProxy("proxy")],
    ["maxConcurrentCalls", (b: ClientBuilder) => b.maxConcurrentCalls(-1)],
    ["maxCallDuration", (b: ClientBuilder) => b.maxCallDuration(-1)],
    ["sessionTimer", (b: ClientBuilder) => b.sessionTimer(-1)],
    ["preferredPtime", (b: ClientBuilder) => b.withMedia((m) => m.preferredPtime(15))],
    ["rtpPorts", (b: ClientBuilder) => b.rtpPorts(20_000, 10_000)],
    ["rtpPorts", (b: ClientBuilder) => b.mediaConfig({ rtpPortStart: 20_000 })],
    ["networkWatch", (b: ClientBuilder) => b.networkWatch("on" as never)],
    ["customAttributes", (b: ClientBuilder) => b.withMedia((m) => m.customAttributes({ "a b": "c" }))],
    ["customAttributes", (b: ClientBuilder) => b.withMedia((m) => m.customAttributes({ sendrecv: "" }))],
    ["maxBandwidthKbps", (b: ClientBuilder) => b.withMedia((m) => m.maxBandwidthKbps(0))],
    ["codecs", (b: ClientBuilder) => b.codecs([])],
    ["localAddres", () => new ClientBuilder({ localAddres: "127.0.0.1:0" } as never)],
    ["media.ecoCancellation", (b: ClientBuilder) => b.mediaConfig({ ecoCancellation: true } as never)],
    ["mediaPreset", (b: ClientBuilder) => b.mediaPreset("Loud" as never)],
    ["mediaPreset", (b: ClientBuilder) => b.mediaPreset("constructor" as never)],
  ])("%s (%#)", async (field, set) => {
    const { code, message } = await refusal(set(new ClientBuilder()));
    expect(code).toBe("CONFIG_INVALID");
    expect(message).toContain(field);
  });

  test("with what is unsupported in the same error", async () => {
    const { code, message } = await refusal(
      new ClientBuilder()
        .maxConcurrentCalls(1.5)
        .echoCancellation(true)
        .nat("stun" as never),
    );
    expect(code).toBe("CONFIG_INVALID");
    for (const field of ["maxConcurrentCalls", "echoCancellation", "nat"]) expect(message).toContain(field);
  });
});

describe("what can be honoured is", () => {
  test("everything that is off, and every setting of G.711", async () => {
    const { client, environment } = await start((builder) =>
      builder
        .userAgent("MyCompany Softphone v1.0")
        .domain("example.com")
        .account({ uri: "sip:alice@example.com" })
        .codecs(["PCMA", "PCMU"])
        .echoCancellation(false)
        .requireSrtp(false)
        .srtpProfiles([])
        .sessionTimer(0)
        .nat("off")
        .transports(["UDP", "TCP"])
        .maxCallDuration(0)
        .withMedia((m) => m.noiseSuppression(false).autoGainControl(false).dtmfEnabled(true).maxBandwidthKbps(96).preferredPtime(30))
        .mediaConfig({ customSdpAttributes: { "x-team": "7", "x-flag": "" } }),
    );
    expect(client.isRunning).toBe(true);
    expect(client.getClientStats().listeningPoints).toEqual(["UDP 10.0.0.1:5060", "TCP 10.0.0.1:5060"]);
    const call = await client.makeCall("sip:bob@10.0.0.2");
    await environment.clock.advance(10);
    const offer = await client.previewSdpOffer(call);
    expect(offer).toMatch(/m=audio \d+ RTP\/AVP 8 0 101\r/);
    for (const line of ["a=ptime:30", "a=x-team:7", "a=x-flag"]) expect(offer).toContain(`${line}\r\n`);
    await environment.clock.advanceUntil(client.close());
    await environment.clock.advance(64_000);
    expect([environment.network.openSockets, environment.clock.pendingTimers]).toEqual([0, 0]);
  });

  test("the preset Legacy, whose settings may be changed behind it", async () => {
    const { client, environment } = await start((builder) => builder.mediaPreset("Legacy").codecs(["PCMA"]));
    const call = await client.makeCall("sip:bob@10.0.0.2");
    await environment.clock.advance(10);
    expect(await client.previewSdpOffer(call)).toMatch(/m=audio \d+ RTP\/AVP 8 101\r/);
    await environment.clock.advanceUntil(client.close());
    await environment.clock.advance(64_000);
  });

  test("an RTP port range, a media address, a proxy and a domain", async () => {
    const { client, environment } = await start((builder) =>
      builder.rtpPorts(30_000, 30_001).mediaAddress("10.0.0.1:0").outboundProxy("sip:10.0.0.9").domain("example.com"),
    );
    const sent: string[] = [];
    environment.virtualNetwork.onPacket(({ kind, data, destination }) => {
      if (kind === "sent") sent.push(`${destination.address} ${data.toString().split("\r\n")[0]}`);
    });
    const call = await client.makeCall("bob");
    await environment.clock.advance(10);
    expect(sent[0]).toBe("10.0.0.9 INVITE sip:bob@example.com SIP/2.0");
    expect(await client.previewSdpOffer(call)).toContain("m=audio 30000 ");
    await environment.clock.advanceUntil(client.close());
    await environment.clock.advance(64_000);
  });

  test("a configuration given at once", async () => {
    const environment = virtualEnvironment();
    const config = {
      localSipAddress: "10.0.0.1:5062",
      userAgent: "Bulk/1",
      maxConcurrentCalls: 3,
      media: { preferredCodecs: ["PCMU"] },
      environment,
    };
    const client = await new ClientBuilder(config).build();
    expect(client.isRunning).toBe(false);
    await environment.clock.advanceUntil(client.start());
    expect(client.getClientStats().listeningPoints[0]).toBe("UDP 10.0.0.1:5062");
    await environment.clock.advanceUntil(client.close());
  });

  test("a builder may build twice, and what it built is not changed behind its back", async () => {
    const builder = new ClientBuilder().codecs(["PCMA"]);
    const first = await builder.build();
    const second = await builder.codecs(["PCMU"]).build();
    expect(first.client).not.toBe(second.client);
    await Promise.all([first.close(), second.close()]);
  });

  test("several accounts, of which those without a proxy of their own get the common one; the instance", async () => {
    const instanceId = "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6";
    const { client } = await new ClientBuilder()
      .instanceId(instanceId)
      .outboundProxy("sip:common.example")
      .account({ uri: "sip:a@x.example" })
      .account({ uri: "sip:b@x.example", outboundProxy: "sip:own.example", transport: "TCP" })
      .build();
    expect(client.instanceId).toBe(instanceId);
    expect(client.accounts.map(({ id, route }) => [id, ...route])).toEqual([
      ["a@x.example", "sip:common.example;lr"],
      ["b@x.example", "sip:own.example;lr;transport=tcp"],
    ]);
    await client.close();
  });
});
