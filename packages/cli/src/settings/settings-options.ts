import { Option, type Command } from "commander";

/** Adds the options that say where settings come from. */
export function addSettingsOptions(command: Command): void {
  command
    .option("--config <file>", "settings (default: sidetone/config.json in ~/.config or XDG_CONFIG_HOME)")
    .option("--no-config", "read no config file")
    .addHelpText("after", `\n${settingsHelp}`);
}

/** Who it is that calls, for commands whose argument is somebody else. */
export function accountOption(description: string): Option {
  return new Option("--account <aor>", description);
}

export const passwordHelp: string = "others on this machine can see it: prefer SIDETONE_PASSWORD, or be asked";

const settingsHelp = `Flags go before the environment (SIDETONE_URI, SIDETONE_PASSWORD, SIDETONE_USERNAME, SIDETONE_REGISTRAR, SIDETONE_PROXY,
SIDETONE_TRANSPORT, SIDETONE_EXPIRES, SIDETONE_REALM, SIDETONE_DISPLAY_NAME, SIDETONE_CODECS, SIDETONE_LISTEN, SIDETONE_CONFIG,
SIDETONE_TLS_CA, SIDETONE_TLS_CERT, SIDETONE_TLS_KEY, SIDETONE_TLS_PASSPHRASE),
and that goes before the config file. Both are about the account that is named, or else the first one in the file.`;
