import { ClientError, type Account, type Call, type CallEnded, type Client, type IncomingCall } from "@sidetone/client-core";
import type { SipUri } from "@sidetone/sip-core";
import { CallNarrator } from "../call-narrator.ts";
import { callReport } from "../call-report.ts";
import { dialTarget } from "../call-target.ts";
import { endSentence } from "../describe-end.ts";
import { LiveLine } from "../live-line.ts";
import type { RecordingPaths } from "../node/recording-path.ts";
import type { Terminal } from "../terminal.ts";
import type { CallLog } from "./call-log.ts";
import { PhoneCall } from "./phone-call.ts";
import { PhoneCalls } from "./phone-calls.ts";
import type { PhoneFlags } from "./phone-flags.ts";
import { PhoneRegistrations } from "./phone-registrations.ts";
import { Redirection } from "./redirection.ts";
import { promptText } from "./prompt-text.ts";

export interface PhoneParts {
  readonly client: Client;
  readonly terminal: Terminal;
  readonly flags: PhoneFlags;
  readonly log: CallLog;
  /** By account id, what completes bare users and numbers; none for somebody without an account. */
  readonly domains: ReadonlyMap<string, SipUri>;
  readonly recordings: RecordingPaths | undefined;
}

/** How a call ended, for one who waits for it too late. */
export interface PastCall {
  readonly end: CallEnded;
  readonly failure: ClientError | undefined;
}

/** A telephone: several calls, one of which is selected, which is the one that is talked to. */
export class Phone implements Disposable {
  readonly client: Client;
  readonly registrations: PhoneRegistrations;
  readonly log: CallLog;
  readonly narrator: CallNarrator;
  /** The latest call that has ended. */
  past: PastCall | undefined;
  readonly #parts: PhoneParts;
  readonly #live: LiveLine;
  readonly #calls = new PhoneCalls();
  readonly #listeners = new Set<() => void>();
  /** Ended calls that are still being told. */
  readonly #endings = new Set<Promise<void>>();
  #isClosing = false;

  constructor(parts: PhoneParts) {
    const { client, terminal, flags, log } = parts;
    this.#parts = parts;
    this.client = client;
    this.log = log;
    const { clock } = client.environment;
    this.narrator = new CallNarrator(terminal, flags.json ?? false, clock);
    this.registrations = new PhoneRegistrations(client, this.narrator, () => this.#changed());
    this.#live = new LiveLine(terminal, clock, () => promptText(this, clock.now()));
    client.on("incomingCall", ({ incoming }) => this.#take(incoming));
  }

  /** Calls that have not ended, by their numbers. */
  get calls(): readonly PhoneCall[] {
    return this.#calls.all;
  }

  /** The call that verbs without a number are about. */
  get selected(): PhoneCall | undefined {
    return this.#calls.selected;
  }

  /** Calls back whenever something has changed; gives the function that stops it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Puts what is talked to on hold, and calls. Gives the call when the INVITE is on its way. */
  async call(target: string, from?: Account): Promise<PhoneCall> {
    const account = from ?? this.client.account;
    const uri = dialTarget(target, this.#parts.domains.get(account.id)).toString();
    await this.#holdSelected();
    const as = this.#parts.domains.size === 0 ? "" : ` as ${account.uri}`;
    return this.#dial(uri, account, new Redirection(uri), `calling ${uri}${as}`);
  }

  #dial(uri: string, account: Account, redirection: Redirection, text?: string): PhoneCall {
    const outgoing = this.client.dial(uri, { from: account });
    const added = this.#add(outgoing.call);
    added.redirection = redirection;
    void outgoing.answered.catch((error: unknown) => {
      if (error instanceof ClientError) added.failure = error;
    });
    added.narrator.say("Calling", text, { callId: added.call.id, number: added.number, uri, account: account.id });
    this.#select(added);
    return added;
  }

  /** Puts what is talked to on hold, and answers. */
  async answer(number?: number): Promise<void> {
    const answered = this.#calls.requireWaiting(number);
    if (answered !== this.selected) await this.#holdSelected();
    this.#select(answered);
    await answered.waiting?.answer();
  }

  reject(number: number | undefined, statusCode: number | undefined): void {
    this.#calls.requireWaiting(number).waiting?.reject(statusCode);
  }

  /** Resolves when the other side has confirmed it. */
  async hangUp(number?: number): Promise<void> {
    await this.require(number).call.hangUp();
  }

  async hangUpAll(): Promise<void> {
    await Promise.all(this.calls.map(({ call }) => call.hangUp()));
  }

  /** Talks to another call: what was talked to is put on hold. */
  async switchTo(number: number): Promise<void> {
    const next = this.require(number);
    if (next !== this.selected) await this.#holdSelected();
    this.#select(next);
    if (next.isConnected && next.call.holding.local) await next.call.resume();
  }

  /** The call of this number, or the selected one. @throws {UsageError} */
  require(number?: number): PhoneCall {
    return this.#calls.require(number);
  }

  /** Hangs up everything, un-registers, and waits until all of it is told. */
  async close(): Promise<void> {
    this.#isClosing = true;
    for (const { call } of this.calls) void call.hangUp();
    await this.client.close(); // which waits for the peers no longer than 2 s, for registrars no longer than 4 s
    while (this.#endings.size > 0) await Promise.all(this.#endings);
  }

  [Symbol.dispose](): void {
    this.#live[Symbol.dispose]();
  }

  #take(incoming: IncomingCall): void {
    const { call } = incoming;
    const added = this.#add(call, incoming);
    const { displayName, uri } = call.remote;
    const caller = displayName ? `${displayName} <${uri}>` : uri;
    const whom = this.client.accounts.length > 1 ? ` for ${call.account.id}` : "";
    const number = this.calls.length === 1 ? "" : ` ${added.number}`;
    const { isInteractive } = this.#parts.terminal;
    const bell = isInteractive ? "\x07" : "";
    added.narrator.say("IncomingCall", `${bell}${caller} is calling${whom}: answer${number} or reject${number}`, {
      callId: call.id,
      number: added.number,
      remote: uri,
      displayName: displayName ?? null,
      account: call.account.id,
    });
    if (!this.selected) this.#select(added);
    else this.#changed();
  }

  #add(call: Call, incoming?: IncomingCall): PhoneCall {
    const number = this.#calls.freeNumber;
    const { terminal, flags, recordings } = this.#parts;
    const { clock } = this.client.environment;
    const output = {
      line: (text: string) => terminal.line(flags.json ? text : `[${number}] ${text}`),
      error: (text: string) => terminal.error(`[${number}] ${text}`),
    };
    const added = new PhoneCall(number, call, new CallNarrator(output, flags.json ?? false, clock), incoming);
    this.#calls.add(added);
    added.narrator.follow(call);
    this.#live.follow(call);
    call.on("phaseChanged", ({ phase }) => {
      if (phase === "Connected") void added.audio.begin(flags, recordings?.(added.name, clock.wallNow()));
      this.#changed();
    });
    call.on("mediaActive", () => {
      added.isHeard = true;
      this.#changed();
    });
    call.on("holdChanged", () => this.#changed());
    call.on("muteChanged", () => this.#changed());
    call.on("playbackEnded", () => this.#changed());
    const ending = call.ended.then((end) => this.#ended(added, end));
    this.#endings.add(ending);
    void ending.finally(() => this.#endings.delete(ending));
    return added;
  }

  async #ended(ended: PhoneCall, end: CallEnded): Promise<void> {
    const { call, narrator, audio } = ended;
    await audio.finish();
    const report = callReport(call, end);
    this.#calls.delete(ended);
    this.past = { end, failure: ended.failure };
    const next = ended.redirection?.next(end);
    if (next !== undefined && this.#follow(ended, next)) return;
    if (this.#parts.flags.json) narrator.report(call, end);
    else narrator.say("CallReport", endSentence(report, end));
    this.log.add(
      call,
      ended.redirection?.target ?? call.remote.uri,
      report,
      endSentence(report, end),
      this.client.environment.clock.wallNow(),
    );
    if (this.selected === ended) this.#selectAnother();
    this.#changed();
  }

  /** The call goes on elsewhere, by the same number. */
  #follow({ call, narrator, redirection }: PhoneCall, uri: string): boolean {
    narrator.say("CallRedirected", `redirected to ${uri}`, { callId: call.id, uri });
    try {
      this.#dial(uri, call.account, redirection!);
      return true;
    } catch (error) {
      narrator.problem(error, { callId: call.id }); // it cannot be called at all, or the phone is being left
      return false;
    }
  }

  #selectAnother(): void {
    const next = this.#calls.selectAnother();
    if (!next || this.#isClosing) return;
    const advice = next.waiting ? ": answer or reject it" : next.call.holding.local ? "; it is on hold: resume talks to it" : "";
    next.narrator.say("CallSelected", `this call with ${next.name} is selected now${advice}`, {
      callId: next.call.id,
      number: next.number,
    });
  }

  #select(call: PhoneCall): void {
    this.#calls.selected = call;
    this.#changed();
  }

  /** One who does not want to be held is told of, and is held by nobody. */
  async #holdSelected(): Promise<void> {
    const { selected } = this;
    if (!selected?.isConnected || selected.call.holding.local) return;
    await selected.call.hold().catch((error: unknown) => selected.narrator.problem(error, { callId: selected.call.id }));
  }

  #changed(): void {
    this.#live.refresh();
    for (const listener of [...this.#listeners]) listener();
  }
}
