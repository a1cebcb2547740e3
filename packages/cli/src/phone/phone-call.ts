import type { Call, ClientError, IncomingCall } from "@sidetone/client-core";
import type { CallNarrator } from "../call-narrator.ts";
import { PhoneAudio } from "./phone-audio.ts";
import type { Redirection } from "./redirection.ts";

/** A call of the phone: with a number to name it by, as long as it lasts. */
export class PhoneCall {
  readonly number: number;
  readonly call: Call;
  readonly audio: PhoneAudio;
  readonly narrator: CallNarrator;
  /** Whether anything has been heard yet. */
  isHeard = false;
  /** Why it was not answered. */
  failure: ClientError | undefined;
  /** Of a call that is made from here: where else it may lead. */
  redirection: Redirection | undefined;
  readonly #incoming: IncomingCall | undefined;

  constructor(number: number, call: Call, narrator: CallNarrator, incoming?: IncomingCall) {
    this.number = number;
    this.call = call;
    this.narrator = narrator;
    this.audio = new PhoneAudio(call, narrator);
    this.#incoming = incoming;
  }

  /** The incoming call, as long as it waits to be answered or rejected. */
  get waiting(): IncomingCall | undefined {
    return this.#incoming?.decided === false ? this.#incoming : undefined;
  }

  get isConnected(): boolean {
    return this.call.phase === "Connected";
  }

  /** Who is at the other end, in a word. */
  get name(): string {
    const { displayName, user, uri } = this.call.remote;
    return displayName || user || uri;
  }
}
