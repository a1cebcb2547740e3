import { createClient } from "@sidetone/client-core";
import { Accept, Allow, Server, Supported, UserAgent, type SipResponse } from "@sidetone/sip-core";
import { rounded } from "../call-report.ts";
import { callTarget, dialTarget } from "../call-target.ts";
import type { CommandContext } from "../command-context.ts";
import { exitCodeOfStatus } from "../exit-code.ts";
import { anywhereFor } from "../listen-address.ts";
import { LiveLine, minutes } from "../live-line.ts";
import { runCommand } from "../run-command.ts";
import { accountOptions, signallingOf } from "../settings/account-options.ts";
import { callerOf } from "../settings/caller.ts";
import { clientSettings } from "../settings/client-settings.ts";
import { readSettings, type SettingsFlags } from "../settings/read-settings.ts";

export interface OptionsFlags extends Omit<SettingsFlags, "server" | "expires" | "codecs"> {
  json?: boolean;
}

/** `sidetone options <uri>`: a SIP ping (RFC 3261 §11). */
export function optionsCommand(target: string, flags: OptionsFlags, context: CommandContext): Promise<number> {
  const { terminal, interrupted } = context;
  return runCommand(context, flags.json ?? false, async () => {
    const settings = await readSettings(flags, terminal);
    const [from] = settings.accounts;
    const uri = dialTarget(target, from && callTarget(from.uri));
    const over = new AbortController();
    const account = accountOptions(signallingOf(callerOf(settings, uri)), { terminal, over: over.signal, registers: false });
    const { host } = account.outboundProxy === undefined ? uri : callTarget(account.outboundProxy);
    await using client = await createClient({
      ...(await clientSettings(signallingOf(settings), anywhereFor(host), context)),
      account,
      media: "external",
    });
    using _asking = { [Symbol.dispose]: () => over.abort() }; // nobody is asked for a password any more
    const { clock } = client.environment;
    const askedAtMs = clock.now();
    using _live = new LiveLine(terminal, clock, () => `waiting for ${uri}  ${minutes(clock.now() - askedAtMs)}`);
    const response = await client.userAgent.request({
      method: "OPTIONS",
      requestUri: uri,
      headers: [["Accept", "application/sdp"]],
      signal: interrupted,
    });
    const report = optionsReport(uri.toString(), response, clock.now() - askedAtMs);
    terminal.line(flags.json ? JSON.stringify(report) : describe(report));
    return exitCodeOfStatus(response.statusCode);
  });
}

interface OptionsReport {
  readonly type: "OptionsReport";
  readonly uri: string;
  readonly statusCode: number;
  readonly reasonPhrase: string;
  /** From the first request to the final response, with whatever retransmissions and challenges lay between. */
  readonly roundTripMs: number | null;
  /** Empty where the peer does not say. */
  readonly allow: readonly string[];
  readonly supported: readonly string[];
  readonly accept: readonly string[];
  /** What the peer says it is. */
  readonly software: string | null;
}

function optionsReport(uri: string, response: SipResponse, elapsedMs: number): OptionsReport {
  return {
    type: "OptionsReport",
    uri,
    statusCode: response.statusCode,
    reasonPhrase: response.reasonPhrase,
    roundTripMs: rounded(elapsedMs, 1),
    allow: response.getAll(Allow),
    supported: response.getAll(Supported),
    accept: response.getAll(Accept).map(String),
    software: response.get(Server) ?? response.get(UserAgent) ?? null,
  };
}

function describe({ uri, statusCode, reasonPhrase, roundTripMs, software, allow, supported, accept }: OptionsReport): string {
  const list = (names: readonly string[]): string => names.join(", ") || "(does not say)";
  return [
    `${uri} answered ${statusCode} ${reasonPhrase} in ${roundTripMs} ms`,
    `  software   ${software ?? "(does not say)"}`,
    `  allows     ${list(allow)}`,
    `  supports   ${list(supported)}`,
    `  accepts    ${list(accept)}`,
  ].join("\n");
}
