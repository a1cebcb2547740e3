import { ClientError, createClient, type Call, type Client } from "@sidetone/client-core";
import { isIpv6, onAbort, type Clock } from "@sidetone/infra-common";
import type { AudioSource } from "@sidetone/media-core";
import { SipUri } from "@sidetone/sip-core";
import { openAudio, type AudioFlags } from "../audio-flags.ts";
import { CallNarrator } from "../call-narrator.ts";
import { callTarget } from "../call-target.ts";
import { CallTasks } from "../call-tasks.ts";
import type { CommandContext } from "../command-context.ts";
import { exitCodeOfEnd, exitCodes } from "../exit-code.ts";
import { listenAddress } from "../listen-address.ts";
import { liveText, LiveLine } from "../live-line.ts";
import { checkRecordable } from "../node/check-recordable.ts";
import { TraceFile } from "../node/trace-file.ts";
import { passwordSource } from "../password.ts";
import { runCommand } from "../run-command.ts";

export interface CallFlags extends AudioFlags {
  record?: string;
  dtmf?: string;
  duration?: number;
  listen?: string;
  user?: string;
  password?: string;
  proxy?: string;
  codecs?: string[];
  trace?: string;
  json?: boolean;
}

/** `sidetone call <uri>`. Everything that can be checked is, before the other side's phone rings. */
export function callCommand(target: string, flags: CallFlags, context: CommandContext): Promise<number> {
  return runCommand(context, flags.json ?? false, async () => {
    const uri = callTarget(target);
    await checkRecordable(flags.record);
    const audio = await openAudio(flags);
    const over = new AbortController();
    try {
      await using _trace = flags.trace === undefined ? undefined : await TraceFile.open(flags.trace);
      await using client = await openClient(uri, flags, context, over.signal);
      return await conductCall(client, uri, audio, flags, context);
    } finally {
      over.abort(); // nobody is asked for a password any more
      audio?.close();
    }
  });
}

async function openClient(uri: SipUri, flags: CallFlags, context: CommandContext, over: AbortSignal): Promise<Client> {
  const { terminal, environment } = context;
  const password = passwordSource(flags.password, terminal, over);
  const outboundProxy = flags.proxy === undefined ? undefined : callTarget(flags.proxy);
  const anywhere = isIpv6((outboundProxy ?? uri).host) ? "[::]:0" : "0.0.0.0:0";
  return createClient({
    listen: await listenAddress(flags.listen ?? anywhere, environment),
    account: {
      // Who calls has an address in the domain that is called, where a server may know the user.
      uri: SipUri.create({ user: flags.user ?? "sidetone", host: uri.host }).toString(),
      ...(password === undefined ? {} : { password }),
      ...(outboundProxy ? { outboundProxy: outboundProxy.toString() } : {}),
    },
    media: flags.codecs ? { codecs: flags.codecs } : {},
    ...(environment ? { environment } : {}),
  });
}

/** From the INVITE to the report; gives the exit code. */
async function conductCall(
  client: Client,
  uri: SipUri,
  audio: AudioSource | undefined,
  flags: CallFlags,
  context: CommandContext,
): Promise<number> {
  const { clock } = client.environment;
  const narrator = new CallNarrator(context.terminal, flags.json ?? false, clock);
  const outgoing = client.dial(uri.toString());
  const { call } = outgoing;
  narrator.say("Calling", `calling ${uri}`, { callId: call.id, uri: uri.toString() });
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
