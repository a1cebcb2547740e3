import { Option, type Command } from "commander";

/** Adds the options about TLS and WebSocket of a command that reaches servers. */
export function addTlsOptions(command: Command): void {
  command
    .addOption(authorityOption("authorities to trust, in place of those that come with Node"))
    .option("--tls-cert <file>", "certificate to show, with its chain; for calls from others over TLS, too")
    .option("--tls-key <file>", "private key of --tls-cert (passphrase: SIDETONE_TLS_PASSPHRASE)")
    .option("--tls-name <name>", "name that the server's certificate must be for (default: the host of the URI)")
    .addOption(
      new Option("--tls-verify <what>", "what a server's certificate is checked for (default: domain, its name and its authority)").choices(
        ["domain", "chain", "none"],
      ),
    )
    .option("--ws-path <path>", "path of the server's WebSocket (default: /)");
}

/** `--tls-ca`, which may be given several times. */
export function authorityOption(description: string): Option {
  return new Option("--tls-ca <file>", description).argParser((file: string, earlier?: string[]) => [...(earlier ?? []), file]);
}
