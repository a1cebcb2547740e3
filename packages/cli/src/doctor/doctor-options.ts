import { Option, type Command } from "commander";
import type { DoctorFlags } from "../commands/doctor.ts";
import { passwordHelp } from "../settings/settings-options.ts";

/** The command `doctor` with its options. */
export function addDoctor(program: Command, run: (name: string | undefined, flags: DoctorFlags) => Promise<void>): void {
  program
    .command("doctor")
    .description("find out what is wrong, here and on the way to a server, and what to do about it")
    .argument(
      "[aor]",
      "address whose server to look at, as sip:alice@example.com (default: that of the settings, else this computer alone)",
    )
    .option("--server <uri>", "the server to look at (default: the domain of the address)")
    .option("--proxy <uri>", "server that every request goes through first")
    .option("--user <name>", "user name to authenticate as (default: the user of the address)")
    .option("--password <password>", passwordHelp)
    .option("--listen <host:port>", "local address and port to look at (default: 0.0.0.0:5060)")
    .addOption(
      new Option("--stun <host:port>", "STUN server to ask for the public address; two tell whether the NAT keeps ports").argParser(
        (server: string, earlier?: string[]) => [...(earlier ?? []), server],
      ),
    )
    .option("--no-register", "do not try the registration, which needs a password")
    .option("--json", "one JSON object per line: a Finding each, at last a DoctorReport")
    .action(run);
}
