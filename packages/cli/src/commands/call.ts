import { createClient, type Call, type Client } from "@sidetone/client-core";
import { SipUri } from "@sidetone/sip-core";
import { openAudio, type AudioFlags } from "../audio-flags.ts";
import { CallNarrator } from "../call-narrator.ts";
import { exitCodeOfEnd } from "../exit-code.ts";
import { passwordSource } from "../password.ts";
import { runWithClient } from "../run-with-client.ts";
import type { Terminal } from "../terminal.ts";

export interface CallFlags extends AudioFlags {
  record?: string;
  dtmf?: string;
  duration?: number;
  listen: string;
  user?: string;
  password?: string;
  proxy?: string;
  codecs?: string[];
  trace?: string;
  json?: boolean;
}

/** `sidetone call <uri>`. */
export function callCommand(uri: string, flags: CallFlags, terminal: Terminal): Promise<number> {
  return runWithClient(
    flags,
    terminal,
    () => openClient(uri, flags, terminal),
    async (client) => {
      const narrator = new CallNarrator(terminal, flags.json ?? false);
      // A file that cannot be played is found before the other side's phone rings.
      const audio = await openAudio(flags);
      const outgoing = client.dial(uri, {});
      const { call } = outgoing;
      narrator.follow(call);
      const forget = terminal.onInterrupt(() => void call.hangUp());
      const answered = await outgoing.answered.then(
        () => true,
        () => false,
      );
      if (answered) await converse(call, flags, audio, client, narrator);
      const end = await call.ended;
      forget();
      narrator.report(call, end);
      return exitCodeOfEnd(end);
    },
  );
}

async function openClient(uri: string, flags: CallFlags, terminal: Terminal): Promise<Client> {
  const password = passwordSource(flags.password, terminal);
  const host = hostOf(uri);
  return createClient({
    listen: flags.listen,
    account: {
      uri: SipUri.create({ user: flags.user ?? "sidetone", host }).toString(),
      ...(password === undefined ? {} : { password }),
      ...(flags.proxy === undefined ? {} : { outboundProxy: flags.proxy }),
    },
    media: flags.codecs ? { codecs: flags.codecs } : {},
  });
}

/** The domain to call from is the one that is called; what is no URI is refused with advice when it is dialled. */
function hostOf(uri: string): string {
  try {
    return SipUri.parse(/^sips?:/i.test(uri) ? uri : `sip:${uri}`).host;
  } catch {
    return "anonymous.invalid";
  }
}

/** What is asked for after the answer: record, play, send digits, hang up in time. */
async function converse(
  call: Call,
  flags: CallFlags,
  audio: Awaited<ReturnType<typeof openAudio>>,
  client: Client,
  narrator: CallNarrator,
): Promise<void> {
  if (flags.record !== undefined) await call.record(flags.record);
  const playing = audio ? call.play(audio) : undefined;
  const sending = flags.dtmf === undefined ? undefined : call.sendDtmf(flags.dtmf);
  sending?.catch((error: unknown) => narrator.problem(call, error));
  playing?.catch((error: unknown) => narrator.problem(call, error));
  if (flags.duration !== undefined) {
    const timer = client.environment.clock.setTimer(flags.duration * 1000, () => void call.hangUp());
    void call.ended.then(() => timer.cancel());
  } else if (flags.play !== undefined) {
    await Promise.allSettled([playing, sending]);
    await call.hangUp();
  }
}
