import {
  createMediaEngine,
  type DtmfPress,
  type LocalMediaAddress,
  type MediaQuality,
  type MediaSession,
  type MediaSessionUser,
} from "@sidetone/media-core";
import { createAnswer, createOffer, processAnswer, type CodecCapability, type MediaDirection } from "@sidetone/sdp-core";
import { virtualEnvironment, type VirtualEnvironment } from "@sidetone/testkit";

const allCodecs: CodecCapability[] = [
  { encodingName: "PCMU", clockRate: 8000, payloadType: 0 },
  { encodingName: "PCMA", clockRate: 8000, payloadType: 8 },
  { encodingName: "telephone-event", clockRate: 8000, payloadType: 101, fmtp: "0-15" },
];

/** What a session has told. */
export class Heard implements MediaSessionUser {
  readonly digits: DtmfPress[] = [];
  readonly qualities: MediaQuality[] = [];
  readonly errors: Error[] = [];
  activations = 0;
  timeouts = 0;
  onDtmf(press: DtmfPress): void {
    this.digits.push(press);
  }
  onQuality(quality: MediaQuality): void {
    this.qualities.push(quality);
  }
  onMediaActive(): void {
    this.activations++;
  }
  onMediaTimeout(): void {
    this.timeouts++;
  }
  onMediaError(error: Error): void {
    this.errors.push(error);
  }
}

export interface MediaPair {
  readonly alice: MediaSession;
  readonly bob: MediaSession;
  readonly aliceHeard: Heard;
  readonly bobHeard: Heard;
  readonly environment: VirtualEnvironment;
  /** Negotiates again, alice offering. */
  negotiate(
    terms?: { offer?: MediaDirection; answer?: MediaDirection; codecs?: string[]; held?: boolean },
    alicesAddress?: LocalMediaAddress,
  ): void;
  close(): Promise<void>;
}

/** Two media sessions on a virtual network, negotiated with each other. */
export async function mediaPair(options: { mediaTimeoutMs?: number } = {}): Promise<MediaPair> {
  const environment = virtualEnvironment();
  const beside = virtualEnvironment({ host: "10.0.0.2", beside: environment });
  const engines = [createMediaEngine(environment), createMediaEngine(beside)] as const;
  const aliceHeard = new Heard();
  const bobHeard = new Heard();
  const timeout = options.mediaTimeoutMs === undefined ? {} : { mediaTimeoutMs: options.mediaTimeoutMs };
  const alice = engines[0].createSession({ localAddress: "10.0.0.1", ...timeout }, aliceHeard);
  const bob = engines[1].createSession({ localAddress: "10.0.0.2" }, bobHeard);
  const addresses = [await alice.open(), await bob.open()] as const;
  const negotiate: MediaPair["negotiate"] = (
    { offer: offered = "sendrecv", answer: answered = "sendrecv", codecs, held = false } = {},
    alicesAddress = addresses[0],
  ) => {
    const list = allCodecs.filter(({ encodingName }) => !codecs || encodingName === "telephone-event" || codecs.includes(encodingName));
    const [mine, theirs] = [alicesAddress, addresses[1]].map(({ address, rtpPort, rtcpPort }, index) => ({
      origin: { sessionId: `${index + 1}`, sessionVersion: "1", address },
      media: [{ kind: "audio", port: rtpPort, rtcpPort, codecs: list, direction: index === 0 ? offered : answered }],
    }));
    const offer = createOffer(mine!);
    const { answer, negotiated } = createAnswer(offer, theirs!);
    bob.configure(negotiated[0]);
    alice.configure(processAnswer(offer, answer)[0], { held });
  };
  negotiate();
  const close = async (): Promise<void> => {
    await environment.clock.advanceUntil(Promise.all(engines.map((engine) => engine.close())));
  };
  return { alice, bob, aliceHeard, bobHeard, environment, negotiate, close };
}
