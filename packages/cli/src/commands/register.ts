import { createClient, type Account, type Client, type RegistrationInfo } from "@sidetone/client-core";
import { onAbort } from "@sidetone/infra-common";
import { callTarget } from "../call-target.ts";
import type { CommandContext } from "../command-context.ts";
import { exitCodes } from "../exit-code.ts";
import { anywhereFor } from "../listen-address.ts";
import { RegistrationNarrator } from "../registration-narrator.ts";
import { runCommand } from "../run-command.ts";
import { accountOptions, signallingOf } from "../settings/account-options.ts";
import { clientSettings } from "../settings/client-settings.ts";
import { readSettings, type SettingsFlags } from "../settings/read-settings.ts";
import { UsageError } from "../usage-error.ts";

export interface RegisterFlags extends Omit<SettingsFlags, "account" | "codecs"> {
  watch?: boolean;
  json?: boolean;
}

/** `sidetone register <aor>`: registers, shows the binding and un-registers; with `--watch` it stays, and tells every change. */
export function registerCommand(name: string | undefined, flags: RegisterFlags, context: CommandContext): Promise<number> {
  const { terminal, interrupted } = context;
  return runCommand(context, flags.json ?? false, async () => {
    const over = new AbortController();
    try {
      await using client = await openClient(name, flags, context, over.signal);
      const narrator = new RegistrationNarrator(terminal, flags.json ?? false, client.environment.clock);
      narrator.follow(client);
      const registration = await registered(client.account, narrator, interrupted);
      narrator.report(registration);
      if (flags.watch) await aborted(interrupted);
      over.abort(); // nobody is asked for a password any more
      await client.account.unregister();
      return exitCodes.ok;
    } finally {
      over.abort();
    }
  });
}

async function openClient(name: string | undefined, flags: RegisterFlags, context: CommandContext, over: AbortSignal): Promise<Client> {
  const { terminal } = context;
  const settings = await readSettings(name === undefined ? flags : { ...flags, account: name }, terminal);
  const [wanted] = settings.accounts;
  if (!wanted) throw new UsageError("register whom? Give an address like sip:alice@example.com, set SIDETONE_URI, or write a config file");
  const account = accountOptions(signallingOf(wanted), { terminal, over, registers: true });
  const { host } = callTarget(account.outboundProxy ?? account.registrar!);
  return createClient({ ...(await clientSettings(signallingOf(settings), anywhereFor(host), context)), account, media: "external" });
}

/** An interrupt before the answer ends it all: un-registered is then what the client's end leaves behind. */
async function registered(account: Account, narrator: RegistrationNarrator, interrupted: AbortSignal): Promise<RegistrationInfo> {
  narrator.begin(account);
  return account.register({ signal: interrupted });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => void onAbort(signal, () => resolve()));
}
