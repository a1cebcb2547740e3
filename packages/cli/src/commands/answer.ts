import type { AnswerFlags } from "../answer-flags.ts";
import { createClient, type AccountOptions, type Client } from "@sidetone/client-core";
import { onAbort } from "@sidetone/infra-common";
import { AnsweringDesk } from "../answering-desk.ts";
import { openAudio, type AudioFlags } from "../audio-flags.ts";
import type { CommandContext } from "../command-context.ts";
import { exitCodes } from "../exit-code.ts";
import { checkRecordable } from "../node/check-recordable.ts";
import { TraceFile } from "../node/trace-file.ts";
import { RegistrationNarrator } from "../registration-narrator.ts";
import { runCommand } from "../run-command.ts";
import { refuseAccountFlags } from "../settings/account-flags.ts";
import { accountOptions } from "../settings/account-options.ts";
import { clientSettings } from "../settings/client-settings.ts";
import { readSettings } from "../settings/read-settings.ts";
import type { Settings } from "../settings/settings.ts";
import type { Terminal } from "../terminal.ts";

/** `sidetone answer`. Ends after `--max-calls`, or when interrupted. */
export function answerCommand(flags: AnswerFlags, context: CommandContext): Promise<number> {
  return runCommand(context, flags.json ?? false, async () => {
    await checkRecordable(flags.record);
    (await openAudio(flags))?.close(); // a file that cannot be played is found before the first caller hears nothing
    const { terminal, interrupted } = context;
    await using _trace = flags.trace === undefined ? undefined : await TraceFile.open(flags.trace);
    const settings = await readSettings(flags, terminal);
    if (!settings.isAccountNamed) refuseAccountFlags(flags, ["server", "user", "password"], "name it, like --account sip:echo@example.com");
    const over = new AbortController();
    await using client = await createClient({
      ...(await clientSettings(settings, "0.0.0.0:5060", context)),
      account: answeringAccount(settings, terminal, over.signal),
      ringing: "manual",
    });
    using _asking = { [Symbol.dispose]: () => over.abort() }; // nobody is asked for a password any more
    using desk = new AnsweringDesk(client, flags, terminal);
    await desk.announce();
    if (settings.isAccountNamed) await registerToAnswer(client, flags, context);
    const forgetInterrupt = onAbort(interrupted, () => desk.close());
    const succeeded = await desk.done;
    forgetInterrupt();
    return succeeded ? exitCodes.ok : exitCodes.usage;
  });
}

/** Nobody in particular, unless somebody is named: then that one registers, and is called by name. */
function answeringAccount({ accounts: [account], isAccountNamed }: Settings, terminal: Terminal, over: AbortSignal): AccountOptions {
  if (!isAccountNamed || !account) return { uri: "sip:sidetone@anonymous.invalid" };
  return accountOptions(account, { terminal, over, registers: true });
}

async function registerToAnswer(client: Client, { json = false }: AnswerFlags, { terminal, interrupted }: CommandContext): Promise<void> {
  const narrator = new RegistrationNarrator(terminal, json, client.environment.clock);
  narrator.follow(client);
  narrator.begin(client.account);
  narrator.report(await client.account.register({ signal: interrupted }));
}
