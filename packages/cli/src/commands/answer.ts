import { createClient, type Call, type Client, type IncomingCall } from "@sidetone/client-core";
import { openAudio, type AudioFlags } from "../audio-flags.ts";
import { CallNarrator } from "../call-narrator.ts";
import { exitCodes } from "../exit-code.ts";
import { runWithClient } from "../run-with-client.ts";
import type { Terminal } from "../terminal.ts";

export interface AnswerFlags extends AudioFlags {
  listen: string;
  echo?: boolean;
  record?: string;
  maxCalls?: number;
  ring?: number;
  codecs?: string[];
  trace?: string;
  json?: boolean;
}

/** `sidetone answer`. */
export function answerCommand(flags: AnswerFlags, terminal: Terminal): Promise<number> {
  const open = (): Promise<Client> => createClient({ listen: flags.listen, media: flags.codecs ? { codecs: flags.codecs } : {} });
  return runWithClient(flags, terminal, open, async (client) => {
    // A file that cannot be played is found before the first caller hears nothing.
    (await openAudio(flags))?.close();
    const desk = new AnsweringDesk(client, flags, new CallNarrator(terminal, flags.json ?? false));
    desk.announce();
    const forget = terminal.onInterrupt(() => desk.close());
    await desk.done;
    forget();
    return exitCodes.ok;
  });
}

/** Answers call after call, up to `--max-calls`; done when the last of them has ended. */
class AnsweringDesk {
  readonly done: Promise<void>;
  readonly #client: Client;
  readonly #flags: AnswerFlags;
  readonly #narrator: CallNarrator;
  #taken = 0;
  #open = 0;
  #closing = false;
  #finish!: () => void;

  constructor(client: Client, flags: AnswerFlags, narrator: CallNarrator) {
    this.#client = client;
    this.#flags = flags;
    this.#narrator = narrator;
    this.done = new Promise((resolve) => (this.#finish = resolve));
    client.onIncoming((incoming) => this.#take(incoming));
  }

  announce(): void {
    const points = this.#client.listeningPoints.map(({ transport, address, port }) => ({ transport, address, port }));
    this.#narrator.say(
      "Listening",
      `listening on ${points.map((point) => `${point.transport} ${point.address}:${point.port}`).join(", ")}; call ${this.#client.uri}`,
      {
        listeningPoints: points,
        uri: this.#client.uri,
      },
    );
  }

  /** Hangs up what is open and ends. */
  close(): void {
    this.#closing = true;
    for (const call of this.#client.calls) void call.hangUp();
    if (this.#open === 0) this.#finish();
  }

  async #take(incoming: IncomingCall): Promise<void> {
    if (this.#closing || this.#taken === this.#flags.maxCalls) return incoming.reject(486);
    const number = ++this.#taken;
    this.#open++;
    const { call } = incoming;
    this.#narrator.follow(call);
    this.#narrator.say("IncomingCall", `call from ${call.remote.displayName ?? ""} <${call.remote.uri}>`, {
      callId: call.id,
      remote: call.remote.uri,
    });
    void call.ended.then((end) => this.#ended(call, end));
    if (!(await this.#ring(incoming))) return;
    try {
      await this.#converse(await incoming.answer(), number);
    } catch (error) {
      this.#narrator.problem(call, error);
    }
  }

  /** False when the caller gave up meanwhile. */
  async #ring(incoming: IncomingCall): Promise<boolean> {
    const { ring = 0 } = this.#flags;
    if (ring > 0) {
      incoming.ring();
      await new Promise<void>((resolve) => {
        const timer = this.#client.environment.clock.setTimer(ring * 1000, () => resolve());
        void incoming.call.ended.then(() => {
          timer.cancel();
          resolve();
        });
      });
    }
    return !incoming.decided;
  }

  async #converse(call: Call, number: number): Promise<void> {
    if (this.#flags.record !== undefined) await call.record(numbered(this.#flags.record, number));
    if (this.#flags.echo) call.setEcho(true);
    const audio = await openAudio(this.#flags, { loop: true });
    if (audio) await call.play(audio);
  }

  #ended(call: Call, end: Awaited<Call["ended"]>): void {
    this.#narrator.report(call, end);
    this.#open--;
    const over = this.#closing || this.#taken === this.#flags.maxCalls;
    if (over && this.#open === 0) this.#finish();
  }
}

/** `call.wav`, then `call-2.wav`, `call-3.wav`. */
function numbered(path: string, number: number): string {
  return number === 1 ? path : path.replace(/(\.[^./\\]*)?$/, `-${number}$1`);
}
