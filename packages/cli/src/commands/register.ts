import { createClient, type Account, type Client, type RegistrationInfo } from "@sidetone/client-core";
import { isIpv6, onAbort } from "@sidetone/infra-common";
import { SipUri } from "@sidetone/sip-core";
import { callTarget } from "../call-target.ts";
import type { CommandContext } from "../command-context.ts";
import { exitCodes } from "../exit-code.ts";
import { listenAddress } from "../listen-address.ts";
import { passwordSource } from "../password.ts";
import { RegistrationNarrator } from "../registration-narrator.ts";
import { runCommand } from "../run-command.ts";
import { UsageError } from "../usage-error.ts";

export interface RegisterFlags {
  server?: string;
  expires?: number;
  watch?: boolean;
  user?: string;
  password?: string;
  listen?: string;
  json?: boolean;
}

/** `sidetone register <aor>`: registers, shows the binding and un-registers; with `--watch` it stays, and tells every change. */
export function registerCommand(target: string, flags: RegisterFlags, context: CommandContext): Promise<number> {
  const { terminal, interrupted } = context;
  return runCommand(context, flags.json ?? false, async () => {
    const over = new AbortController();
    try {
      await using client = await openClient(target, flags, context, over.signal);
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

async function openClient(target: string, flags: RegisterFlags, context: CommandContext, over: AbortSignal): Promise<Client> {
  const { terminal, environment } = context;
  const uri = callTarget(target);
  if (uri.user === undefined) throw new UsageError(`${uri.toString()} names nobody; give an address like sip:alice@example.com`);
  // The transport belongs to the way there, not to the address.
  const registrar = flags.server === undefined ? domainOf(uri) : callTarget(flags.server);
  const transport = registrar.transport ?? uri.transport;
  const password = passwordSource(flags.password, terminal, over);
  return createClient({
    listen: await listenAddress(flags.listen ?? (isIpv6(registrar.host) ? "[::]:0" : "0.0.0.0:0"), environment),
    account: {
      uri: uri.toAddressOfRecord().toString(),
      registrar: registrar.toString(),
      autoRegister: false,
      ...(transport === undefined ? {} : { transport: transport === "tcp" ? "TCP" : "UDP" }),
      ...(flags.expires === undefined ? {} : { expiresSeconds: flags.expires }),
      ...(flags.user === undefined ? {} : { username: flags.user }),
      ...(password === undefined ? {} : { password }),
    },
    media: "external",
    ...(environment ? { environment } : {}),
  });
}

function domainOf(uri: SipUri): SipUri {
  return uri.withUser(undefined).withoutHeaders();
}

/** An interrupt before the answer ends it all: un-registered is then what the client's end leaves behind. */
async function registered(account: Account, narrator: RegistrationNarrator, interrupted: AbortSignal): Promise<RegistrationInfo> {
  narrator.begin(account);
  return account.register({ signal: interrupted });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => void onAbort(signal, () => resolve()));
}
