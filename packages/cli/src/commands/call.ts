import { ClientError, createClient, type Call, type Client } from "@sidetone/client-core";
import { onAbort, type Clock } from "@sidetone/infra-common";
import type { AudioSource } from "@sidetone/media-core";
import type { SipUri } from "@sidetone/sip-core";
import { openAudio, type AudioFlags } from "../audio-flags.ts";
import { CallNarrator } from "../call-narrator.ts";
import { callTarget, dialTarget } from "../call-target.ts";
import { CallTasks } from "../call-tasks.ts";
import type { CommandContext } from "../command-context.ts";
import { exitCodeOfEnd, exitCodes } from "../exit-code.ts";
import { anywhereFor } from "../listen-address.ts";
import { liveText, LiveLine } from "../live-line.ts";
import { checkRecordable } from "../node/check-recordable.ts";
import { TraceFile } from "../node/trace-file.ts";
import { runCommand } from "../run-command.ts";
import { accountOptions } from "../settings/account-options.ts";
import { callerOf } from "../settings/caller.ts";
import { clientSettings } from "../settings/client-settings.ts";
import { readSettings, type SettingsFlags } from "../settings/read-settings.ts";
import type { Settings } from "../settings/settings.ts";

export interface CallFlags extends AudioFlags, Omit<SettingsFlags, "server" | "expires"> {
  record?: string;
  dtmf?: string;
  duration?: number;
  trace?: string;
  json?: boolean;
}

/** `sidetone call <uri>`. Everything that can be checked is, before the other side's phone rings. */
export function callCommand(target: string, flags: CallFlags, context: CommandContext): Promise<number> {
  return runCommand(context, flags.json ?? false, async () => {
    const settings = await readSettings(flags, context.terminal);
    const [account] = settings.accounts;
    const uri = dialTarget(target, account && callTarget(account.uri));
    await checkRecordable(flags.record);
    const audio = await openAudio(flags);
    const over = new AbortController();
    try {
      await using _trace = flags.trace === undefined ? undefined : await TraceFile.open(flags.trace);
      await using client = await openClient(uri, settings, context, over.signal);
      return await conductCall(client, uri, audio, flags, { context, isNamed: account !== undefined });
    } finally {
      over.abort(); // nobody is asked for a password any more
      audio?.close();
    }
  });
}

async function openClient(uri: SipUri, settings: Settings, context: CommandContext, over: AbortSignal): Promise<Client> {
  const { terminal } = context;
  const account = accountOptions(callerOf(settings, uri), { terminal, over, registers: false });
  const { host } = account.outboundProxy === undefined ? uri : callTarget(account.outboundProxy);
  return createClient({ ...(await clientSettings(settings, anywhereFor(host), context)), account });
}

/** From the INVITE to the report; gives the exit code. */
async function conductCall(
  client: Client,
  uri: SipUri,
  audio: AudioSource | undefined,
  flags: CallFlags,
  { context, isNamed }: { context: CommandContext; isNamed: boolean },
): Promise<number> {
  const { clock } = client.environment;
  const narrator = new CallNarrator(context.terminal, flags.json ?? false, clock);
  const outgoing = client.dial(uri.toString());
  const { call } = outgoing;
  const as = isNamed ? ` as ${call.account.uri}` : "";
  narrator.say("Calling", `calling ${uri}${as}`, { callId: call.id, uri: uri.toString() });
  narrator.follow(call);
  using live = new LiveLine(context.terminal, clock, () => (call.phase === "Ended" ? "" : liveText(call, clock.now())));
  live.follow(call);
  const forgetInterrupt = onAbort(context.interrupted, () => {
    void call.hangUp();
    void client.close(); // which waits for the peer no longer than 2 s
  });
  const tasks = new CallTasks(call, narrator);
  const failure = await outgoing.answered.then(
    () => converse(call, tasks, audio, flags, clock),
    (error: unknown) => (error instanceof ClientError ? error : undefined),
  );
  const end = await call.ended;
  forgetInterrupt();
  await tasks.finish();
  live.refresh();
  narrator.report(call, end);
  return exitCodeOfEnd(end, failure) || (tasks.succeeded ? exitCodes.ok : exitCodes.usage);
}

/** What is asked for after the answer: record, play, send digits, hang up in time. */
async function converse(call: Call, tasks: CallTasks, audio: AudioSource | undefined, flags: CallFlags, clock: Clock): Promise<undefined> {
  if (flags.duration !== undefined) {
    const timer = clock.setTimer(flags.duration * 1000, () => void call.hangUp());
    void call.ended.then(() => timer.cancel());
  }
  if (flags.record !== undefined) await tasks.record(flags.record);
  await Promise.all([audio && tasks.play(audio), flags.dtmf === undefined ? undefined : tasks.sendDtmf(flags.dtmf)]);
  if (flags.play !== undefined && flags.duration === undefined) void call.hangUp();
}
