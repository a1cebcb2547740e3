import type { SipUri } from "@sidetone/sip-core";
import { callTarget } from "../call-target.ts";
import { readSettings, type SettingsFlags } from "../settings/read-settings.ts";
import type { AccountSettings, Settings } from "../settings/settings.ts";
import type { Terminal } from "../terminal.ts";

/** What is to be looked at beside this computer. */
export interface Patient {
  readonly settings: Settings;
  /** Who registers; undefined where a server alone is named, or nobody. */
  readonly account: AccountSettings | undefined;
  /** Where requests go first: proxy, registrar or the domain of the address. Undefined: this computer alone is looked at. */
  readonly server: SipUri | undefined;
}

/**
 * Reads whom to look at: an address, the id of an account in the config file, a server without a user; or what the settings say.
 *
 * @throws {ClientError} `SIP_URI_INVALID`, `CONFIG_UNSUPPORTED`.
 * @throws {UsageError} for settings that are wrong.
 */
export async function patientOf(name: string | undefined, flags: SettingsFlags, terminal: Terminal): Promise<Patient> {
  const isServer = name !== undefined && callTarget(name).user === undefined;
  const settings = await readSettings(name === undefined || isServer ? flags : { ...flags, account: name }, terminal);
  if (!isServer) return patientWith(settings, flags);
  if (settings.accounts.some(({ id }) => id === name)) return patientWith(await readSettings({ ...flags, account: name }, terminal), flags);
  return { settings, account: undefined, server: wayTo(callTarget(flags.proxy ?? flags.server ?? name), undefined) };
}

function patientWith(settings: Settings, { proxy, server }: SettingsFlags): Patient {
  const [account] = settings.accounts;
  const named = account ? (account.outboundProxy ?? account.registrar ?? account.uri) : (proxy ?? server);
  const transport = account && (account.transport ?? callTarget(account.uri).transport);
  return { settings, account, server: named === undefined ? undefined : wayTo(callTarget(named), transport) };
}

/** The transport belongs to the way there, not to the address. */
function wayTo(uri: SipUri, transport: string | undefined): SipUri {
  const server = uri.withUser(undefined).withoutHeaders();
  return transport === undefined || server.transport !== undefined ? server : server.withParameter("transport", transport.toLowerCase());
}
