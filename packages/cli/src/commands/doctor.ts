import type { AccountOptions } from "@sidetone/client-core";
import {
  anySignal,
  NetworkError,
  parseHostPort,
  systemEnvironment,
  timeoutSignal,
  type DatagramSocket,
  type Network,
} from "@sidetone/infra-common";
import { SipTransportError } from "@sidetone/sip-transport";
import { parseStunUri } from "@sidetone/stun-core";
import type { CommandContext } from "../command-context.ts";
import { checks as allChecks } from "../doctor/checks.ts";
import { DoctorNarrator } from "../doctor/doctor-narrator.ts";
import { Examination } from "../doctor/examination.ts";
import { patientOf } from "../doctor/patient.ts";
import { runChecks } from "../doctor/run-checks.ts";
import { exitCodes } from "../exit-code.ts";
import { listenAddress } from "../listen-address.ts";
import { LiveLine, minutes } from "../live-line.ts";
import { withManyListeners } from "../node/many-listeners.ts";
import { systemMachine } from "../node/system-machine.ts";
import { runCommand } from "../run-command.ts";
import { refuseAccountFlags } from "../settings/account-flags.ts";
import { accountOptions } from "../settings/account-options.ts";
import type { SettingsFlags } from "../settings/read-settings.ts";
import type { AccountSettings } from "../settings/settings.ts";
import { tlsOptions, webSocketOptions } from "../settings/tls-settings.ts";
import { UsageError } from "../usage-error.ts";

export interface DoctorFlags extends Omit<SettingsFlags, "account" | "codecs" | "expires"> {
  stun?: string[];
  register?: boolean;
  json?: boolean;
}

/** What everything together may take, in milliseconds. */
const limitMs = 15_000;
/** Where phones and servers take SIP. */
const usualPort = 5060;

/** `sidetone doctor [aor]`: looks at this computer, and at the way to the server of an address; says what is wrong and what to do. */
export function doctorCommand(name: string | undefined, flags: DoctorFlags, context: CommandContext): Promise<number> {
  const { terminal, interrupted, environment = systemEnvironment() } = context;
  return runCommand(context, flags.json ?? false, async () => {
    const { clock } = environment;
    checkStunServers(flags.stun);
    const { settings, account, server } = await patientOf(name, flags, terminal);
    if (!account) refuseAccountFlags(flags, ["user", "password"], "give an address, like sip:alice@example.com");
    const { host, port } = parseHostPort(await listenAddress(settings.listen ?? `0.0.0.0:${usualPort}`, environment))!;
    const trial = flags.register === false || !account ? undefined : await trialOf(account, context);
    // Timers do not hold the process; an open socket does.
    await using _open = closing(await openSocket(environment.network, host));
    const startedAtMs = clock.now();
    using limit = timeoutSignal(clock, limitMs);
    using either = anySignal(interrupted, limit.signal);
    await using examination = new Examination({
      environment,
      machine: systemMachine,
      listen: { address: host, port: port || usualPort },
      rtpPorts: settings.media.rtpPorts,
      server,
      tls: tlsOptions(settings.tls, terminal) ?? {},
      webSocket: webSocketOptions(settings.webSocket) ?? {},
      stunServers: flags.stun ?? [],
      account: trial,
      signal: withManyListeners(either.signal),
    });
    const hasStun = flags.stun !== undefined;
    const checks = allChecks.filter(({ needs }) => needs === undefined || server !== undefined || (hasStun && needs !== "address"));
    const waitingFor = new Set(checks);
    using live = new LiveLine(terminal, clock, () =>
      waitingText(
        [...waitingFor].map(({ title }) => title),
        clock.now() - startedAtMs,
      ),
    );
    const narrator = new DoctorNarrator(terminal, flags.json ?? false);
    const findings = await runChecks(checks, examination, (check, found) => {
      waitingFor.delete(check);
      live.refresh();
      narrator.tell(check, found);
    }).catch(wrongOptions);
    live[Symbol.dispose]();
    narrator.report((account?.uri ?? server)?.toString(), findings, Math.round(clock.now() - startedAtMs));
    return findings.some(({ status }) => status === "problem") ? exitCodes.problems : exitCodes.ok;
  });
}

/** The account with its password, which a person is asked for before the clock runs. */
async function trialOf(account: AccountSettings, { terminal, interrupted }: CommandContext): Promise<AccountOptions> {
  const question = `Password for ${account.uri}, to try its registration (none: it is not tried): `;
  const password = account.password ?? ((await terminal.askSecret?.(question, interrupted)) || undefined);
  const { password: _, ...options } = accountOptions({ ...account, codecs: undefined }, { terminal, over: interrupted, registers: true });
  return { ...options, ...(password === undefined ? {} : { password }) };
}

/** @throws {UsageError} */
function checkStunServers(servers: readonly string[] = []): void {
  for (const server of servers) {
    try {
      parseStunUri(server);
    } catch {
      throw new UsageError(`--stun: ${JSON.stringify(server)} is no STUN server, like stun.example.org or 192.0.2.1:3478`);
    }
  }
}

/** Certificates and the like are read when they are first needed. @throws {UsageError} */
function wrongOptions(error: unknown): never {
  throw SipTransportError.is(error, "SIP_TRANSPORT_TLS_OPTIONS") ? new UsageError(error.message) : error;
}

/** Any port of the address: everything else stands on it. @throws {UsageError} */
async function openSocket(network: Network, address: string): Promise<DatagramSocket> {
  try {
    return await network.bindDatagram({ address, port: 0 }, { onDatagram: () => {}, onSocketError: () => {} });
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    throw new UsageError(`--listen: ${error.message}`);
  }
}

function closing(socket: DatagramSocket): AsyncDisposable {
  return { [Symbol.asyncDispose]: () => socket.close() };
}

function waitingText(titles: readonly string[], elapsedMs: number): string {
  const [first] = titles;
  return first === undefined ? "" : `looking at: ${first}  ${minutes(elapsedMs)}`;
}
