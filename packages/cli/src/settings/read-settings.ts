import { callTarget } from "../call-target.ts";
import { defaultSettingsPath, readSettingsFile } from "../node/settings-file.ts";
import type { Terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";
import type { AccountSettings, FileSettings, Settings } from "./settings.ts";
import { withTlsFlags, type TlsFlags } from "./tls-settings.ts";
import { mistypedVariables, readVariables, variableOf, type VariableSettings } from "./variables.ts";

/** What flags say about the account and the client; the same words in every command. */
export interface SettingsFlags extends TlsFlags {
  /** A path; false for no file at all. */
  config?: string | false;
  /** An address, or the id of an account in the file. */
  account?: string;
  user?: string;
  password?: string;
  server?: string;
  proxy?: string;
  expires?: number;
  listen?: string;
  codecs?: string[];
}

/**
 * The settings of a command: flags, else the environment (`SIDETONE_*`), else the config file. What flags and environment say of an account
 * is said of the one that is named, or of the first one of the file.
 *
 * @throws {UsageError} for a file that cannot be read, and for a setting that is wrong, with the path of its field.
 */
export async function readSettings(flags: SettingsFlags, terminal: Terminal): Promise<Settings> {
  const variables = readVariables(terminal.variables);
  await checkVariables(variables);
  for (const [name, meant] of mistypedVariables(terminal.variables))
    terminal.error(`warning: ${name} is no setting; did you mean ${meant}?`);
  if (flags.password !== undefined)
    terminal.error("warning: others on this machine can see --password in the process list; prefer SIDETONE_PASSWORD");
  const { $schema: _, accounts: stored = [], ...file } = await fileSettings(flags, terminal);
  const name = flags.account ?? variables.account.uri;
  const above = overrides(flags, variables);
  const codecs = flags.codecs ?? variables.codecs;
  const listen = flags.listen ?? variables.listen ?? file.listen;
  return {
    ...file,
    ...(listen === undefined ? {} : { listen }),
    tls: withTlsFlags(flags, variables.tls ? { ...file.tls, ...variables.tls } : file.tls),
    webSocket: flags.wsPath === undefined ? file.webSocket : { ...file.webSocket, path: flags.wsPath },
    accounts: accountsFor(name, stored, above).map((account) => (codecs ? { ...account, codecs: undefined } : account)),
    isAccountNamed: name !== undefined,
    ofAccount: above,
    media: codecs ? { ...file.media, codecs } : (file.media ?? {}),
  };
}

/** The one that is named, or all that there are; the first of them as flags and environment want it. */
function accountsFor(name: string | undefined, stored: readonly AccountSettings[], above: Partial<AccountSettings>): AccountSettings[] {
  if (name === undefined) {
    const [first, ...others] = stored;
    return first ? [{ ...first, ...above }, ...others] : [];
  }
  const found = stored.find(({ id, uri }) => id === name || sameAddress(uri, name));
  // An id may be a word, an address needs a user.
  const uri = found?.uri ?? name;
  if (!found && callTarget(name).user === undefined) {
    const ids = stored.flatMap(({ id }) => id ?? []);
    const there = ids.length === 0 ? "" : `; the config file has ${ids.join(", ")}`;
    throw new UsageError(`${callTarget(name).toString()} names nobody; give an address like sip:alice@example.com${there}`);
  }
  return [{ ...found, ...above, uri }];
}

function sameAddress(stored: string, name: string): boolean {
  try {
    return callTarget(stored).toAddressOfRecord().equals(callTarget(name).toAddressOfRecord());
  } catch {
    return false; // what is no address is a name
  }
}

/** Without the address itself: that says which account is meant. */
function overrides(flags: SettingsFlags, { account: { uri: _, ...variables } }: VariableSettings): Partial<AccountSettings> {
  const { user, password, server, proxy, expires } = flags;
  return {
    ...variables,
    ...(user === undefined ? {} : { username: user }),
    ...(password === undefined ? {} : { password }),
    ...(server === undefined ? {} : { registrar: callTarget(server).toString() }),
    ...(proxy === undefined ? {} : { outboundProxy: callTarget(proxy).toString() }),
    ...(expires === undefined ? {} : { expiresSeconds: expires }),
  };
}

async function fileSettings({ config }: SettingsFlags, terminal: Terminal): Promise<FileSettings> {
  if (config === false) return {};
  const wanted = config ?? (terminal.variables["SIDETONE_CONFIG"] || undefined);
  const path = wanted ?? defaultSettingsPath(terminal.variables);
  const file = path === undefined ? undefined : readSettingsFile(path, wanted !== undefined);
  if (!file) return {};
  const { problemsOf } = await import("./settings-schema.ts");
  const problems = problemsOf(file.content);
  if (problems.length > 0) {
    const told = problems.map(({ path, message }) => (path.length === 0 ? `it ${message}` : `${pathText(path)}: ${message}`));
    throw new UsageError(told.length === 1 ? `${file.path}: ${told[0]}` : `${file.path}:\n  ${told.join("\n  ")}`);
  }
  const settings = file.content as FileSettings;
  const holdsSecrets = settings.tls?.passphrase !== undefined || settings.accounts?.some(({ password }) => password !== undefined);
  if (file.isReadableByOthers && holdsSecrets)
    terminal.error(`warning: others on this machine can read the passwords in ${file.path}: chmod 600 it`);
  return settings;
}

async function checkVariables({ account, listen, codecs }: VariableSettings): Promise<void> {
  // A password alone, by far the most frequent, needs no schema.
  const { password, ...others } = account;
  if (Object.keys(others).length === 0 && listen === undefined && codecs === undefined) return;
  const { problemsOf } = await import("./settings-schema.ts");
  const problems = problemsOf({
    accounts: [{ uri: "sip:somebody@example.com", ...account }],
    ...(listen === undefined ? {} : { listen }),
    ...(codecs === undefined ? {} : { media: { codecs } }),
  });
  if (problems.length > 0) throw new UsageError(problems.map(({ path, message }) => `${variableOf(path)}: ${message}`).join("; "));
}

/** `accounts[1].expiresSeconds`. */
function pathText(path: readonly PropertyKey[]): string {
  return path.map((step, i) => (typeof step === "number" ? `[${step}]` : `${i === 0 ? "" : "."}${String(step)}`)).join("");
}
