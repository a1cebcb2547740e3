import { createClient, type Client } from "@sidetone/client-core";
import { formatHostPort, onAbort } from "@sidetone/infra-common";
import { openAudio } from "../audio-flags.ts";
import { callTarget } from "../call-target.ts";
import type { CommandContext } from "../command-context.ts";
import { exitCodes } from "../exit-code.ts";
import { anywhereFor } from "../listen-address.ts";
import type { LineReader } from "../line-reader.ts";
import { recordingPaths } from "../node/recording-path.ts";
import { StateFile, stateFile } from "../node/state-files.ts";
import { TraceFile } from "../node/trace-file.ts";
import { CallLog } from "../phone/call-log.ts";
import { completeLine } from "../phone/complete-line.ts";
import { PhoneConsole } from "../phone/phone-console.ts";
import type { PhoneFlags } from "../phone/phone-flags.ts";
import { Phone, type PhoneParts } from "../phone/phone.ts";
import { runCommand } from "../run-command.ts";
import { refuseAccountFlags } from "../settings/account-flags.ts";
import { accountOptions } from "../settings/account-options.ts";
import { clientSettings } from "../settings/client-settings.ts";
import { readSettings } from "../settings/read-settings.ts";
import type { Settings } from "../settings/settings.ts";

/** Of what was typed, and of calls, in the state folder. */
const keptLines = 1000;

/** `sidetone phone`. Ends with its input, when told to, and when interrupted. */
export function phoneCommand(name: string | undefined, flags: PhoneFlags, context: CommandContext): Promise<number> {
  return runCommand(context, flags.json ?? false, async () => {
    (await openAudio(flags))?.close(); // a file that cannot be played is found before anybody hears nothing
    const recordings = flags.record === undefined ? undefined : await recordingPaths(flags.record);
    const settings = await readSettings(name === undefined ? flags : { ...flags, account: name }, context.terminal);
    if (settings.accounts.length === 0)
      refuseAccountFlags(flags, ["server", "user", "password", "proxy", "expires"], "give an address, like sip:alice@example.com");
    await using _trace = flags.trace === undefined ? undefined : await TraceFile.open(flags.trace);
    const over = new AbortController();
    const client = await openClient(settings, context, over.signal);
    const domains = new Map(settings.accounts.map(({ uri }, i) => [client.accounts[i]!.id, callTarget(uri)]));
    const session = new PhoneSession({ client, flags, domains, recordings, terminal: context.terminal }, context, over);
    try {
      session.open(settings.accounts.map(({ autoRegister = true }) => autoRegister && flags.register !== false));
      return await session.readLines();
    } finally {
      await session.close();
    }
  });
}

async function openClient(settings: Settings, context: CommandContext, over: AbortSignal): Promise<Client> {
  const { terminal } = context;
  const accounts = settings.accounts.map((account) => accountOptions(account, { terminal, over, registers: true }));
  const [first] = accounts;
  const { host } = first ? callTarget(first.outboundProxy ?? first.registrar!) : { host: "" };
  return createClient({
    ...(await clientSettings(settings, anywhereFor(host), context)),
    ...(first ? { accounts } : { account: { uri: "sip:sidetone@anonymous.invalid" } }),
  });
}

/** A phone and the one who tells it what to do, from the first line to the last. */
class PhoneSession {
  readonly #parts: Omit<PhoneParts, "log">;
  readonly #context: CommandContext;
  readonly #leaving = new AbortController();
  readonly #over: AbortController;
  readonly #typed: StateFile;
  readonly #reader: LineReader | undefined;
  readonly #phone: Phone;
  readonly #console: PhoneConsole;
  readonly #forgetInterrupt: () => void;
  /** Ctrl-C was typed once while a call lasts. */
  #isWarned = false;
  /** What must not happen. */
  #bug: { readonly error: unknown } | undefined;

  constructor(parts: Omit<PhoneParts, "log">, context: CommandContext, over: AbortController) {
    this.#parts = parts;
    this.#context = context;
    this.#over = over;
    const { terminal, flags } = parts;
    const json = flags.json ?? false;
    const keep = (name: string, isKept: boolean): StateFile =>
      new StateFile(isKept ? stateFile(name, terminal.variables) : undefined, keptLines, (error) =>
        terminal.error(`warning: no history is kept: ${error.message}`),
      );
    this.#typed = keep("phone-lines", terminal.isInteractive);
    this.#reader = terminal.readLines({
      edits: !json,
      history: this.#typed.lines,
      complete: (line) => completeLine(this.#phone, line),
      mayInterrupt: () => this.#mayInterrupt(),
    });
    const isEditing = this.#reader?.isEditing ?? false;
    this.#phone = new Phone({ ...parts, log: new CallLog(keep("phone-calls", isEditing)) });
    const leaving = this.#leaving.signal;
    this.#console = new PhoneConsole({ phone: this.#phone, terminal, json, isEditing, leaving, leave: () => this.#leave() });
    this.#forgetInterrupt = onAbort(context.interrupted, () => this.#leave());
  }

  /** Says where calls are taken, and registers the accounts that are to be. */
  open(registers: readonly boolean[]): void {
    const { client } = this.#parts;
    const listeningPoints = client.listeningPoints.map(({ transport, address, port }) => ({ transport, address, port }));
    const places = new Map<string, string[]>();
    for (const { transport, address, port } of listeningPoints) {
      const place = formatHostPort(address, port);
      places.set(place, [...(places.get(place) ?? []), transport]);
    }
    const where = [...places].map(([place, transports]) => `${transports.join(" and ")} ${place}`).join(", ");
    const advice = this.#reader?.isEditing ? "\nhelp lists the commands, Tab completes them, Ctrl-D leaves" : "";
    this.#phone.narrator.say("Listening", `phone on ${where}${advice}`, { uri: client.uri, listeningPoints });
    registers.forEach((isWanted, i) => {
      if (isWanted) this.#phone.registrations.begin(client.accounts[i]!);
    });
  }

  /** Does what the lines say, to the last of them; gives the exit code. */
  async readLines(): Promise<number> {
    const { isEditing = false, lines = [] } = this.#reader ?? {};
    for await (const line of lines) {
      if (this.#leaving.signal.aborted) break;
      if (isEditing) this.#begin(line);
      else if (!(await this.#console.run(line)) && this.#parts.flags.stopOnError) break;
    }
    if (this.#bug) throw this.#bug.error;
    if (isEditing) return exitCodes.ok;
    return this.#context.interrupted.aborted ? exitCodes.interrupted : this.#console.exitCode;
  }

  /** Hangs up, un-registers, and frees the ports. */
  async close(): Promise<void> {
    this.#leave();
    this.#forgetInterrupt();
    await this.#phone.close();
    this.#phone[Symbol.dispose](); // last: the live line follows the calls to their end
  }

  /** A person does not wait for one thing before the next. */
  #begin(line: string): void {
    this.#isWarned = false;
    const typed = line.trim();
    if (typed !== "" && typed !== this.#typed.lines.at(-1)) this.#typed.append(typed);
    this.#console.run(line).catch((error: unknown) => {
      this.#bug = { error };
      this.#leave();
    });
  }

  #leave(): void {
    this.#leaving.abort();
    this.#over.abort(); // nobody is asked for a password any more
    this.#reader?.[Symbol.dispose]();
  }

  #mayInterrupt(): boolean {
    if (this.#phone.calls.length === 0 || this.#isWarned) return true;
    this.#isWarned = true;
    this.#parts.terminal.line("Ctrl-C once more hangs up and leaves");
    return false;
  }
}
