import type { CodecQuality, MediaQuality } from "@sidetone/media-core";
import type { NegotiatedMedia } from "@sidetone/sdp-core";
import type { CallEnded } from "../call/call-end.ts";
import type { Call } from "../call/call.ts";
import type { CallEvents } from "../call/call-events.ts";
import { callEndInfo, callInfo, errorInfo, mediaInfo } from "../call/call-info.ts";
import type { CallState } from "../call/call-state.ts";
import type { CallEventDraft, EventDraft } from "./client-event.ts";
import { QualityWatch } from "./quality-watch.ts";

export interface ChronicleParts {
  readonly call: Call;
  /** Wall-clock time at 0 of the client's clock. */
  readonly epochMs: number;
  readonly codecQuality: (encodingName: string) => CodecQuality | undefined;
  readonly write: (draft: EventDraft) => void;
}

type Teller<Name extends keyof CallEvents> = (chronicle: CallChronicle, payload: CallEvents[Name]) => void;

/** Which client events each event of a call leads to. */
const tellers: { readonly [Name in keyof CallEvents]: Teller<Name> } = {
  // The end is told by `ended`, when all of it is known.
  phaseChanged: (chronicle, { phase }) => (phase === "Ended" ? undefined : chronicle.tellState()),
  progress: (chronicle) => chronicle.tellState(),
  holdChanged: (chronicle, hold) => chronicle.tellHold(hold),
  offerMade: (chronicle, { sdp }) => chronicle.tell({ type: "SdpOfferGenerated", sdp }),
  answerTaken: (chronicle, { sdp }) => chronicle.tell({ type: "SdpAnswerProcessed", sdp }),
  mediaNegotiated: (chronicle, { media }) => chronicle.tellMedia(media),
  mediaActive: (chronicle) => chronicle.tellHeard(true),
  mediaTimedOut: (chronicle) => chronicle.tellHeard(false),
  playbackStarted: (chronicle) => chronicle.tell({ type: "AudioStarted", direction: "sent" }),
  playbackEnded: (chronicle) => chronicle.tell({ type: "AudioStopped", direction: "sent" }),
  dtmfReceived: (chronicle, { digit, durationMs }) => chronicle.tell({ type: "DtmfReceived", digit, durationMs }),
  dtmfSent: (chronicle, { digits }) => chronicle.tell({ type: "DtmfSent", digits }),
  qualityChanged: (chronicle, quality) => chronicle.tellQuality(quality),
  muteChanged: (chronicle, muted) => chronicle.tellMuted(muted),
  errorOccurred: (chronicle, { error }) => chronicle.tellError(error),
  ended: (chronicle, end) => chronicle.tellEnd(end),
};

/** Writes what happens to one call as client events, and remembers what it has written of its state. */
export class CallChronicle {
  readonly #parts: ChronicleParts;
  #state: CallState | undefined;
  #hasMedia: boolean;
  #quality: QualityWatch | undefined = undefined;
  #isHeard = false;
  #microphoneMuted: boolean;
  #speakerMuted: boolean;

  /** @param isNew whether nothing has been told of the call yet. */
  constructor(parts: ChronicleParts, isNew: boolean) {
    this.#parts = parts;
    const { call } = parts;
    this.#state = isNew && call.direction === "outgoing" ? undefined : call.state;
    this.#hasMedia = call.negotiatedMedia !== undefined;
    this.#microphoneMuted = call.muted.microphone;
    this.#speakerMuted = call.muted.speaker;
  }

  /** The first event of a call. */
  begin(): void {
    if (this.#parts.call.direction === "outgoing") this.tellState();
    else this.tell({ type: "IncomingCall", call: callInfo(this.#parts.call, this.#parts.epochMs) });
  }

  take<Name extends keyof CallEvents>(name: Name, payload: CallEvents[Name]): void {
    tellers[name](this, payload);
  }

  tell(draft: CallEventDraft): void {
    const { call, write } = this.#parts;
    write({ ...draft, callId: call.id, state: call.state } as EventDraft);
  }

  tellState(end?: CallEnded): void {
    const { call, epochMs } = this.#parts;
    const previousState = this.#state;
    if (call.state === previousState) return;
    this.#state = call.state;
    this.tell({ type: "CallStateChanged", previousState, call: callInfo(call, epochMs), end: end && callEndInfo(end) });
  }

  tellHold({ local, remote }: CallEvents["holdChanged"]): void {
    this.tell({ type: "HoldStateChanged", local, remote });
    this.tellState();
  }

  tellMedia(negotiated: NegotiatedMedia | undefined): void {
    const media = mediaInfo(negotiated);
    if (media) this.tell({ type: this.#hasMedia ? "MediaSessionUpdated" : "MediaSessionStarted", media });
    else if (this.#hasMedia) this.tell({ type: "MediaSessionStopped" });
    this.#hasMedia = media !== undefined;
  }

  tellHeard(isHeard: boolean): void {
    if (isHeard === this.#isHeard) return;
    this.#isHeard = isHeard;
    this.tell({ type: isHeard ? "AudioStarted" : "AudioStopped", direction: "received" });
  }

  tellQuality(quality: MediaQuality): void {
    this.#quality ??= new QualityWatch(this.#parts.codecQuality);
    for (const draft of this.#quality.take(quality)) this.tell(draft);
  }

  tellMuted({ microphone, speaker }: CallEvents["muteChanged"]): void {
    if (microphone !== this.#microphoneMuted) this.tell({ type: "MicrophoneStateChanged", muted: microphone });
    if (speaker !== this.#speakerMuted) this.tell({ type: "SpeakerStateChanged", muted: speaker });
    this.#microphoneMuted = microphone;
    this.#speakerMuted = speaker;
  }

  tellError(error: unknown): void {
    const { call, write } = this.#parts;
    const { code, message } = errorInfo(error)!;
    write({ type: "ErrorOccurred", callId: call.id, state: call.state, code, message, where: "call" });
  }

  tellEnd(end: CallEnded): void {
    this.tellHeard(false);
    this.tellMedia(undefined);
    this.tellState(end);
  }
}
