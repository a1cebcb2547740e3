import type { Body } from "@sidetone/dialog-core";
import { CodecRegistry, createMediaEngine, type MediaSessionUser } from "@sidetone/media-core";
import { parseSdp, type NegotiatedMedia } from "@sidetone/sdp-core";
import { LocalAudio, SdpNegotiator, type LocalAudioOptions, type NegotiationUser } from "@sidetone/session-core";
import { virtualEnvironment } from "@sidetone/testkit";
import { describe, expect, onTestFinished, test } from "vitest";

const deaf: MediaSessionUser = { onDtmf() {}, onQuality() {}, onMediaActive() {}, onMediaTimeout() {}, onMediaError() {} };
const signal = new AbortController().signal;

interface Side {
  readonly audio: LocalAudio;
  readonly negotiator: SdpNegotiator;
  /** What the session was told, in order. */
  readonly told: string[];
  readonly latest: () => NegotiatedMedia | undefined;
  /** Makes the next report fail, as media does that cannot run what was negotiated. */
  failNext: boolean;
}

function setUp(): {
  side: (options?: Partial<LocalAudioOptions>) => Side;
  network: ReturnType<typeof virtualEnvironment>["virtualNetwork"];
} {
  const environment = virtualEnvironment();
  const engine = createMediaEngine(environment);
  onTestFinished(async () => {
    await engine.close();
    expect(environment.clock.pendingTimers).toBe(0);
  });
  const side = (options: Partial<LocalAudioOptions> = {}): Side => {
    const registry = new CodecRegistry();
    const audio = new LocalAudio({
      environment,
      createMedia: () => engine.createSession({ localAddress: "10.0.0.1" }, deaf),
      bindAddress: () => "10.0.0.1",
      registry,
      codecs: registry.codecs,
      advertisedAddress: undefined,
      peerHost: undefined,
      dtmf: true,
      ptimeMs: undefined,
      attributes: [],
      ...options,
    });
    const told: string[] = [];
    let latest: NegotiatedMedia | undefined;
    const user: NegotiationUser = {
      onOfferMade: () => void told.push("offer made"),
      onAnswerTaken: () => void told.push("answer taken"),
      onNegotiated: (media, held) => {
        if (made.failNext) {
          made.failNext = false;
          throw new Error("media cannot run this");
        }
        latest = media;
        told.push(`${media?.localDirection ?? "refused"}${held ? " held" : ""}${media?.onHoldByRemote ? " by peer" : ""}`);
      },
    };
    const made: Side = { audio, negotiator: new SdpNegotiator(audio, user), told, latest: () => latest, failNext: false };
    return made;
  };
  return { side, network: environment.virtualNetwork };
}

async function exchange(offerer: Side, answerer: Side, reason: "initial" | "modify" = "modify"): Promise<{ offer: Body; answer: Body }> {
  const offer = await offerer.negotiator.createOffer(reason);
  const answer = await answerer.negotiator.acceptOffer(offer);
  await offerer.negotiator.acceptAnswer(answer, "final");
  return { offer, answer };
}

const sdpBody = (text: string): Body => ({ contentType: "application/sdp", content: Buffer.from(text) });
const lines = ({ content }: Body): string[] => Buffer.from(content).toString().split("\r\n");
const versionOf = ({ content }: Body): string => parseSdp(content).origin.sessionVersion;

describe("offer and answer of a session whose audio lives here (RFC 3264)", () => {
  test("agrees on codecs, addresses and directions", async () => {
    const { side } = setUp();
    const [alice, bob] = [side(), side({ dtmf: false })];
    const { offer, answer } = await exchange(alice, bob, "initial");
    expect(lines(offer)).toContain("a=rtpmap:101 telephone-event/8000");
    expect(lines(answer).join()).not.toContain("telephone-event");
    expect(alice.told).toEqual(["offer made", "sendrecv", "answer taken"]);
    expect(bob.told).toEqual(["sendrecv"]);
    expect(alice.latest()!.remotePort).toBe(bob.latest()!.localPort);
    expect(alice.latest()!.sendCodecs[0]!.encodingName).toBe("PCMU");
  });

  test("takes RTCP on the RTP port when the peer offers it, and keeps to it in every later description (RFC 5761 §5.1.1)", async () => {
    const { side } = setUp();
    const [alice, bob] = [side(), side()];
    const offered = lines(await alice.negotiator.createOffer("initial"));
    expect(offered).not.toContain("a=rtcp-mux");
    const withMux = sdpBody([...offered.slice(0, -1), "a=rtcp-mux", ""].join("\r\n"));
    expect(lines(await bob.negotiator.acceptOffer(withMux))).toContain("a=rtcp-mux");
    expect(bob.latest()).toMatchObject({ rtcpMux: true, localRtcpPort: bob.latest()!.localPort });
    expect(lines(await bob.negotiator.createOffer("modify"))).toContain("a=rtcp-mux");
  });

  test("a proposed hold is in our next offer and in no answer before it is agreed", async () => {
    const { side } = setUp();
    const [alice, bob] = [side(), side()];
    await exchange(alice, bob, "initial");
    alice.audio.proposal = { held: true };
    const { answer } = await exchange(bob, alice);
    expect(lines(answer)).toContain("a=sendrecv");
    const { offer } = await exchange(alice, bob);
    expect(lines(offer)).toContain("a=sendonly");
    alice.audio.proposal = undefined;
    expect(alice.told.at(-2)).toBe("sendonly held");
    expect(bob.told.at(-1)).toBe("recvonly by peer");
    // Once agreed it stands in every later description.
    expect(lines((await exchange(bob, alice)).answer)).toContain("a=sendonly");
  });

  test("after a refused offer the next one continues from what stood before", async () => {
    const { side } = setUp();
    const [alice, bob] = [side(), side()];
    await exchange(alice, bob, "initial");
    const told = alice.told.length;
    alice.audio.proposal = { held: true };
    await alice.negotiator.createOffer("modify");
    alice.negotiator.rollback();
    alice.audio.proposal = undefined;
    expect(alice.told.slice(told)).toEqual(["offer made"]);
    expect(lines(await alice.negotiator.createOffer("modify"))).toContain("a=sendrecv");
  });

  test("an answer of ours that is taken back leaves what stood before", async () => {
    const { side } = setUp();
    const [alice, bob] = [side(), side()];
    await exchange(alice, bob, "initial");
    alice.audio.proposal = { held: true };
    const offer = await alice.negotiator.createOffer("modify");
    await bob.negotiator.acceptOffer(offer);
    expect(bob.told.at(-1)).toBe("recvonly by peer");
    bob.negotiator.rollback();
    expect(bob.told.at(-1)).toBe("sendrecv");
  });

  test("an offer given up while it is being answered changes nothing when the answer is ready", async () => {
    const { side } = setUp();
    const [alice, bob] = [side(), side()];
    await exchange(alice, bob, "initial");
    alice.audio.proposal = { held: true };
    const offer = await alice.negotiator.createOffer("modify");
    const told = bob.told.length;
    const answering = bob.negotiator.acceptOffer(offer);
    bob.negotiator.rollback();
    await answering;
    expect(bob.told.slice(told)).toEqual([]);
    expect(lines(await bob.negotiator.createOffer("modify"))).toContain("a=sendrecv");
  });

  test("an outcome that media cannot run is not agreed", async () => {
    const { side } = setUp();
    const [alice, bob] = [side(), side()];
    await exchange(alice, bob, "initial");
    alice.audio.proposal = { held: true };
    bob.failNext = true;
    await expect(bob.negotiator.acceptOffer(await alice.negotiator.createOffer("modify"))).rejects.toThrow("media cannot run this");
    expect(lines(await bob.negotiator.createOffer("modify"))).toContain("a=sendrecv");
  });

  test("a refresh repeats the description with its version; a change counts the version up", async () => {
    const { side } = setUp();
    const [alice, bob] = [side(), side()];
    const first = (await exchange(alice, bob, "initial")).offer;
    const refresh = await alice.negotiator.createOffer("refresh");
    expect(refresh.content).toEqual(first.content);
    await alice.negotiator.acceptAnswer(await bob.negotiator.acceptOffer(refresh), "final");
    alice.audio.proposal = { held: true };
    const changed = (await exchange(alice, bob)).offer;
    expect([versionOf(first), versionOf(changed)]).toEqual(["1", "2"]);
  });

  test("a preview configures media, and the final answer of another fork replaces it", async () => {
    const { side } = setUp();
    const [alice, bob, carol] = [side(), side(), side({ codecs: [new CodecRegistry().find("PCMA")!] })];
    const offer = await alice.negotiator.createOffer("initial");
    await alice.negotiator.acceptAnswer(await bob.negotiator.acceptOffer(offer), "provisional");
    expect(alice.latest()!.remotePort).toBe(bob.latest()!.localPort);
    const fork = alice.negotiator.fork();
    await fork.acceptAnswer(await carol.negotiator.acceptOffer(offer), "final");
    expect(alice.latest()!.remotePort).toBe(carol.latest()!.localPort);
    expect(alice.latest()!.sendCodecs[0]!.encodingName).toBe("PCMA");
    await alice.negotiator.close();
    expect(alice.audio.preview).toBe(fork);
    expect(lines(await fork.createOffer("modify", signal))).toContain("a=sendrecv");
  });

  test("codecs that are proposed are offered with the numbers they had", async () => {
    const { side } = setUp();
    const [alice, bob] = [side(), side()];
    await exchange(alice, bob, "initial");
    alice.audio.proposal = { codecs: [new CodecRegistry().find("PCMA")!] };
    const { offer } = await exchange(alice, bob);
    expect(lines(offer).find((line) => line.startsWith("m="))).toMatch(/ 8 101$/);
    expect(bob.latest()!.sendCodecs[0]!.encodingName).toBe("PCMA");
  });

  test("a host name in c= is looked up; one that is unknown is refused", async () => {
    const { side, network } = setUp();
    const bob = side();
    const offer = (host: string): Body => ({
      contentType: "application/sdp",
      content: Buffer.from(`v=0\r\no=- 1 1 IN IP4 ${host}\r\ns=-\r\nc=IN IP4 ${host}\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n`),
    });
    network.setName("phone.example", "10.0.0.7");
    await bob.negotiator.acceptOffer(offer("phone.example"));
    expect(bob.latest()!.remoteAddress).toBe("10.0.0.7");
    await expect(side().negotiator.acceptOffer(offer("nowhere.example"))).rejects.toMatchObject({
      code: "SDP_CONNECTION_UNUSABLE",
      mediaIndex: 0,
    });
  });

  test("of the addresses of a host name, one of our own family is taken", async () => {
    const { side, network } = setUp();
    const bob = side();
    network.setName("phone.example", "fd00::7", "10.0.0.7");
    await bob.negotiator.acceptOffer({
      contentType: "application/sdp",
      content: Buffer.from("v=0\r\no=- 1 1 IN IP4 x\r\ns=-\r\nc=IN IP4 phone.example\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n"),
    });
    expect(bob.latest()!.remoteAddress).toBe("10.0.0.7");
  });

  test("an answer that refuses the audio of a new call is a failure, of a modification a state", async () => {
    const { side } = setUp();
    const alice = side();
    const refuse = ({ content }: Body): Body => ({
      contentType: "application/sdp",
      content: Buffer.from(
        Buffer.from(content)
          .toString()
          .replace(/m=audio \d+/, "m=audio 0"),
      ),
    });
    await expect(alice.negotiator.acceptAnswer(refuse(await alice.negotiator.createOffer("initial")), "final")).rejects.toMatchObject({
      code: "SESSION_MEDIA",
    });
    const bob = side();
    await exchange(alice, bob, "initial");
    await alice.negotiator.acceptAnswer(refuse(await alice.negotiator.createOffer("modify")), "final");
    expect(alice.told.at(-2)).toBe("refused");
  });

  test("an answer to nothing is refused", async () => {
    const { side } = setUp();
    const [alice, bob] = [side(), side()];
    const { answer } = await exchange(alice, bob, "initial");
    await expect(alice.negotiator.acceptAnswer(answer, "final")).rejects.toMatchObject({ code: "SESSION_MEDIA" });
  });

  test("previews show what would be sent and change nothing", async () => {
    const { side } = setUp();
    const [alice, bob] = [side(), side()];
    const { offer } = await exchange(alice, bob, "initial");
    alice.audio.proposal = { held: true };
    const preview = await alice.negotiator.previewOffer();
    expect(preview).toContain("a=sendonly");
    expect(await bob.negotiator.previewAnswer(Buffer.from(preview))).toContain("a=recvonly");
    await expect(bob.negotiator.previewAnswer(Buffer.from("nonsense"))).rejects.toMatchObject({
      code: expect.stringMatching(/^SDP_/) as string,
    });
    expect(Buffer.from((await alice.negotiator.createOffer("modify")).content).toString()).toBe(preview);
    expect(versionOf(await bob.negotiator.createOffer("modify"))).toBe(versionOf(offer));
    expect(bob.told).toEqual(["sendrecv", "offer made"]);
  });
});
