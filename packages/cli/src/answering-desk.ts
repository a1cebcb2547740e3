import type { Call, CallEnded, Client, IncomingCall } from "@sidetone/client-core";
import { formatHostPort, isWildcard } from "@sidetone/infra-common";
import { openAudio } from "./audio-flags.ts";
import { CallNarrator } from "./call-narrator.ts";
import { CallTasks } from "./call-tasks.ts";
import type { AnswerFlags } from "./answer-flags.ts";
import { liveText, LiveLine } from "./live-line.ts";
import type { Terminal } from "./terminal.ts";

/** A documentation address (RFC 5737): the way to it is the way out. Nothing is sent there. */
const somewhere = "192.0.2.1";

/** Answers call after call, up to `--max-calls`. */
export class AnsweringDesk implements Disposable {
  /** Resolves when the last call has ended: whether everything was done as asked. */
  readonly done: Promise<boolean>;
  readonly #client: Client;
  readonly #flags: AnswerFlags;
  readonly #narrator: CallNarrator;
  readonly #live: LiveLine;
  /** Calls that have not ended, oldest first. */
  readonly #open = new Set<Call>();
  #taken = 0;
  #closing = false;
  #succeeded = true;
  #finish!: (succeeded: boolean) => void;

  constructor(client: Client, flags: AnswerFlags, terminal: Terminal) {
    this.#client = client;
    this.#flags = flags;
    const { clock } = client.environment;
    this.#narrator = new CallNarrator(terminal, flags.json ?? false, clock);
    this.#live = new LiveLine(terminal, clock, () => this.#liveText());
    this.done = new Promise((resolve) => (this.#finish = resolve));
    client.onIncoming((incoming) => this.#take(incoming));
  }

  /** Says where calls are taken. */
  async announce(): Promise<void> {
    const { listeningPoints, uri, environment } = this.#client;
    const points = listeningPoints.map(({ transport, address, port }) => ({ transport, address, port }));
    const where = points.map(({ transport, address, port }) => `${transport} ${formatHostPort(address, port)}`).join(" and ");
    const [{ address, port } = { address: "", port: 0 }] = points;
    const outside = isWildcard(address) ? await environment.network.sourceAddressFor(somewhere).catch(() => undefined) : undefined;
    const elsewhere = outside === undefined ? "" : `, or sip:sidetone@${formatHostPort(outside, port)} from elsewhere`;
    this.#narrator.say("Listening", `listening on ${where}; call ${uri}${elsewhere}; Ctrl-C ends`, { uri, listeningPoints: points });
  }

  /** Hangs up what is open and takes no more. */
  close(): void {
    this.#closing = true;
    for (const call of this.#open) void call.hangUp();
    void this.#client.close(); // which waits for the peers no longer than 2 s
    this.#finishWhenOver();
  }

  [Symbol.dispose](): void {
    this.#live[Symbol.dispose]();
  }

  async #take(incoming: IncomingCall): Promise<void> {
    const { call } = incoming;
    const caller = `${call.remote.displayName ? `${call.remote.displayName} ` : ""}<${call.remote.uri}>`;
    const fields = { callId: call.id, remote: call.remote.uri, displayName: call.remote.displayName ?? null };
    if (this.#closing || this.#taken === this.#flags.maxCalls) {
      this.#narrator.say("CallRefused", `call from ${caller} refused with 486`, { ...fields, statusCode: 486 });
      return incoming.reject(486);
    }
    const number = ++this.#taken;
    this.#open.add(call);
    this.#narrator.say("IncomingCall", `call from ${caller}`, fields);
    this.#narrator.follow(call);
    this.#live.follow(call);
    const tasks = new CallTasks(call, this.#narrator);
    void call.ended.then((end) => this.#ended(call, end, tasks));
    await this.#ring(incoming);
    if (incoming.decided) return;
    await incoming.answer().then(
      () => this.#converse(call, tasks, number),
      (error: unknown) => this.#narrator.problem(error, { callId: call.id }),
    );
  }

  /** Rings for `--ring` seconds, or until the caller gives up. */
  async #ring(incoming: IncomingCall): Promise<void> {
    const { ring = 0 } = this.#flags;
    if (ring === 0) return;
    incoming.ring();
    await new Promise<void>((resolve) => {
      const timer = this.#client.environment.clock.setTimer(ring * 1000, () => resolve());
      void incoming.call.ended.then(() => {
        timer.cancel();
        resolve();
      });
    });
  }

  async #converse(call: Call, tasks: CallTasks, number: number): Promise<void> {
    if (this.#flags.record !== undefined) await tasks.record(numbered(this.#flags.record, number));
    if (call.phase !== "Connected") return;
    if (this.#flags.echo) call.setEcho(true);
    const audio = await openAudio(this.#flags, { loop: true });
    if (audio) await tasks.play(audio);
  }

  async #ended(call: Call, end: CallEnded, tasks: CallTasks): Promise<void> {
    await tasks.finish();
    this.#succeeded &&= tasks.succeeded;
    this.#open.delete(call);
    this.#live.refresh();
    this.#narrator.report(call, end);
    this.#finishWhenOver();
  }

  #finishWhenOver(): void {
    if ((this.#closing || this.#taken === this.#flags.maxCalls) && this.#open.size === 0) this.#finish(this.#succeeded);
  }

  #liveText(): string {
    const [oldest, ...others] = this.#open;
    if (!oldest) return "";
    const text = liveText(oldest, this.#client.environment.clock.now());
    return others.length === 0 ? text : `${text}  (and ${others.length} more)`;
  }
}

/** `call.wav`, then `call-2.wav`, `call-3.wav`. */
export function numbered(path: string, number: number): string {
  return number === 1 ? path : path.replace(/(\.[^./\\]*)?$/, `-${number}$1`);
}
