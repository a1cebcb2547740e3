import { VoipError } from "@sidetone/infra-common";
import type { MediaDirection, NegotiatedMedia } from "@sidetone/sdp-core";
import type { SessionHold } from "@sidetone/session-core";
import type { Call } from "./call.ts";
import type { CallEnded } from "./call-end.ts";
import type { CallState } from "./call-state.ts";
import type { RemoteParty } from "./remote-party.ts";

/** The audio stream of a call as offer and answer agreed on it. Plain data. */
export interface CallMediaInfo {
  /** Encoding name of the codec sent. */
  readonly codec: string;
  /** Of the codec, in Hz. */
  readonly clockRate: number;
  /** Payload type sent. */
  readonly payloadType: number;
  /** Audio in one packet sent, in milliseconds. */
  readonly ptimeMs: number;
  /** As our description says. */
  readonly direction: MediaDirection;
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** Whether key presses can be sent (RFC 4733). */
  readonly dtmf: boolean;
}

/** A call as plain data: what events and snapshots carry, and what can be sent to another process. */
export interface CallInfo {
  readonly id: string;
  readonly sipCallId: string;
  readonly direction: "outgoing" | "incoming";
  readonly state: CallState;
  readonly remote: RemoteParty;
  readonly accountId: string;
  /** The application's own labels. */
  readonly metadata: Readonly<Record<string, string>> | undefined;
  readonly hold: SessionHold;
  readonly microphoneMuted: boolean;
  readonly speakerMuted: boolean;
  /** When the INVITE was made or came, in milliseconds since the Unix epoch. */
  readonly startedAtMs: number;
  /** When it was answered; undefined until then. */
  readonly connectedAtMs: number | undefined;
  /** Undefined before offer and answer have met, when the audio was refused, and with external media. */
  readonly media: CallMediaInfo | undefined;
}

/** The end of a call as plain data. */
export interface CallEndInfo extends Omit<CallEnded, "error"> {
  readonly error: { readonly code: string | undefined; readonly message: string } | undefined;
}

/** @param epochMs wall-clock time at 0 of the client's clock. */
export function callInfo(call: Call, epochMs: number): CallInfo {
  const { microphone, speaker } = call.muted;
  return {
    id: call.id,
    sipCallId: call.sipCallId,
    direction: call.direction,
    state: call.state,
    remote: call.remote,
    accountId: call.account.id,
    metadata: call.metadata,
    hold: call.holding,
    microphoneMuted: microphone,
    speakerMuted: speaker,
    startedAtMs: Math.round(epochMs + call.startedAtMs),
    connectedAtMs: call.connectedAtMs === undefined ? undefined : Math.round(epochMs + call.connectedAtMs),
    media: mediaInfo(call.negotiatedMedia),
  };
}

export function mediaInfo(media: NegotiatedMedia | undefined): CallMediaInfo | undefined {
  const codec = media?.sendCodecs[0];
  if (!media || !codec) return undefined;
  const { localAddress, localPort, remoteAddress, remotePort, ptimeMs, localDirection, telephoneEvent } = media;
  return {
    codec: codec.encodingName,
    clockRate: codec.clockRate,
    payloadType: codec.payloadType,
    ptimeMs,
    direction: localDirection,
    localAddress,
    localPort,
    remoteAddress,
    remotePort,
    dtmf: telephoneEvent !== undefined,
  };
}

export function callEndInfo(end: CallEnded): CallEndInfo {
  return { ...end, error: errorInfo(end.error) };
}

/** An error as plain data; undefined for none. */
export function errorInfo(error: unknown): CallEndInfo["error"] {
  if (error === undefined) return undefined;
  return {
    code: VoipError.is(error) ? error.code : undefined,
    message: error instanceof Error ? error.message : String(error),
  };
}
