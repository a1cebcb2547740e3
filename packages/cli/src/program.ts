import { Command, Option } from "commander";
import type { AnswerFlags } from "./answer-flags.ts";
import type { CallFlags } from "./commands/call.ts";
import type { DoctorFlags } from "./commands/doctor.ts";
import type { OptionsFlags } from "./commands/options.ts";
import type { RegisterFlags } from "./commands/register.ts";
import { examplesText } from "./command-examples.ts";
import { addDoctor } from "./doctor/doctor-options.ts";
import { exitCodeHelp } from "./exit-code.ts";
import { algorithmNames, codecNames, count, digits, hertz, lifetime, seconds } from "./option-values.ts";
import { phoneHelp } from "./phone/phone-help.ts";
import type { PhoneFlags } from "./phone/phone-flags.ts";
import type { RegistrarFlags } from "./registrar-flags.ts";
import { addTlsOptions, authorityOption } from "./settings/tls-command-options.ts";
import { accountOption, addSettingsOptions, passwordHelp } from "./settings/settings-options.ts";
import type { Terminal } from "./terminal.ts";

/** The version of the package; a test holds the two together. */
const version = "0.1.0";

/** What runs when a command line was understood. */
export interface Commands {
  call(uri: string, flags: CallFlags): Promise<void>;
  answer(flags: AnswerFlags): Promise<void>;
  options(uri: string, flags: OptionsFlags): Promise<void>;
  register(uri: string | undefined, flags: RegisterFlags): Promise<void>;
  phone(name: string | undefined, flags: PhoneFlags): Promise<void>;
  registrar(flags: RegistrarFlags): Promise<void>;
  doctor(uri: string | undefined, flags: DoctorFlags): Promise<void>;
}

/** Commands that read accounts and the like from the environment and the config file. */
const withSettings: ReadonlySet<string> = new Set(["call", "answer", "options", "register", "phone", "doctor"]);

/** The command line: every command with its arguments and options. */
export function createProgram(terminal: Terminal, commands: Commands): Command {
  const program = new Command("sidetone")
    .description("A softphone and SIP tester for the terminal")
    .version(version)
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.write(text), writeErr: (text) => terminal.writeError(text) })
    .showHelpAfterError("(sidetone help shows the commands, sidetone help COMMAND its options)")
    .addHelpText("after", exitCodeHelp);
  addCall(program, commands);
  addAnswer(program, commands);
  addOptions(program, commands);
  addRegister(program, commands);
  addPhone(program, commands);
  addRegistrar(program, commands);
  addDoctor(program, commands.doctor);
  for (const command of program.commands) {
    if (!withSettings.has(command.name())) continue;
    addTlsOptions(command);
    addSettingsOptions(command);
  }
  for (const command of program.commands) command.addHelpText("after", examplesText(command.name()));
  return program;
}

function addCall(program: Command, commands: Commands): void {
  program
    .command("call")
    .description("call somebody: play, record, send digits")
    .argument("<uri>", "whom to call, as sip:bob@example.com or 192.0.2.7:5070; with an account, bob or +49301234 too")
    .addOption(accountOption("address to call from, or an id of the config file (default: its first account)"))
    .addOption(playOption("play a WAV file, then hang up"))
    .addOption(toneOption())
    .option("--record <file>", "record both sides to a WAV file")
    .addOption(new Option("--dtmf <digits>", "send key presses after the answer: 0-9 * # A-D").argParser(digits))
    .option("--duration <seconds>", "hang up so long after the answer (default: after --play, or when the other side does)", seconds)
    .option("--listen <host:port>", "local address and port for SIP (default: any)")
    .option("--user <name>", 'user name to authenticate as, and without an account to call from (default: "sidetone")')
    .option("--password <password>", passwordHelp)
    .option("--proxy <uri>", "server to send the call to first")
    .addOption(codecsOption())
    .addOption(traceOption())
    .option("--json", "one JSON object per line: events, at last a CallReport")
    .action((uri: string, flags: CallFlags) => commands.call(uri, flags));
}

function addAnswer(program: Command, commands: Commands): void {
  program
    .command("answer")
    .description("answer calls: echo, play, record")
    .option("--listen <host:port>", "local address and port for SIP (default: 0.0.0.0:5060)")
    .addOption(accountOption("address to register and to be called at, or an id of the config file (default: none, or SIDETONE_URI)"))
    .option("--server <uri>", "where to register (default: the domain of the address)")
    .option("--user <name>", "user name to authenticate as (default: the user of the address)")
    .option("--password <password>", passwordHelp)
    .addOption(new Option("--echo", "send back what is heard").conflicts(["play", "tone"]))
    .addOption(playOption("play a WAV file over and over"))
    .addOption(toneOption())
    .option("--record <file>", "record both sides to a WAV file; further calls to file-2, file-3 …")
    .addOption(new Option("--max-calls <n>", "take so many calls, then end (default: until Ctrl-C)").argParser(count))
    .addOption(new Option("--ring <seconds>", "ring so long before answering").argParser(seconds))
    .addOption(codecsOption())
    .addOption(traceOption())
    .option("--json", "one JSON object per line: events, and a CallReport for each call")
    .action((flags: AnswerFlags) => commands.answer(flags));
}

function addOptions(program: Command, commands: Commands): void {
  program
    .command("options")
    .description("ask a phone or server what it can do, and how fast it answers")
    .argument("<uri>", "whom to ask, as sip:example.com or 192.0.2.7:5070")
    .addOption(accountOption("address to ask from, or an id of the config file (default: its first account)"))
    .option("--user <name>", 'user name to authenticate as, and without an account to ask from (default: "sidetone")')
    .option("--password <password>", passwordHelp)
    .option("--proxy <uri>", "server to send the question to first")
    .option("--listen <host:port>", "local address and port for SIP (default: any)")
    .option("--json", "one JSON object, an OptionsReport")
    .action((uri: string, flags: OptionsFlags) => commands.options(uri, flags));
}

function addRegister(program: Command, commands: Commands): void {
  program
    .command("register")
    .description("register at a server, show the binding, and un-register")
    .argument(
      "[aor]",
      "address to be called at, as sip:alice@example.com; ;transport=tls (tcp, ws, wss) or sips: says how (default: that of the settings)",
    )
    .option("--server <uri>", "where to register (default: the domain of the address)")
    .addOption(new Option("--expires <seconds>", "lifetime to ask for (default: 3600)").argParser(lifetime))
    .option("--watch", "stay registered and tell every change, until Ctrl-C")
    .option("--user <name>", "user name to authenticate as (default: the user of the address)")
    .option("--password <password>", passwordHelp)
    .option("--proxy <uri>", "server to send the registration through")
    .option("--listen <host:port>", "local address and port for SIP (default: any)")
    .option("--json", "one JSON object per line: events, and a RegistrationReport")
    .action((uri: string | undefined, flags: RegisterFlags) => commands.register(uri, flags));
}

function addPhone(program: Command, commands: Commands): void {
  program
    .command("phone")
    .description("be a softphone: call, answer, hold and more by typing, or by lines from a pipe")
    .argument("[aor]", "address to be called at, as sip:alice@example.com, or an id (default: every account of the settings)")
    .option("--server <uri>", "where to register (default: the domain of the address)")
    .addOption(new Option("--expires <seconds>", "lifetime to ask for (default: 3600)").argParser(lifetime))
    .option("--no-register", "do not register at the start")
    .option("--user <name>", "user name to authenticate as (default: the user of the address)")
    .option("--password <password>", passwordHelp)
    .option("--proxy <uri>", "server to send everything to first")
    .option("--listen <host:port>", "local address and port for SIP (default: any)")
    .addOption(playOption("send a WAV file in every call, over and over"))
    .addOption(toneOption())
    .addOption(new Option("--echo", "send back what is heard").conflicts(["play", "tone"]))
    .option("--record <path>", "record both sides to a WAV file, further calls to file-2, file-3 …; or to a folder, each call to its own")
    .addOption(codecsOption())
    .option("--stop-on-error", "for scripts: end at the first line that cannot be done, rather than go on")
    .addOption(traceOption())
    .option("--json", "one JSON object per line: events, and a CommandResult for each line")
    .addHelpText("after", `\n${phoneHelp}`)
    .action((name: string | undefined, flags: PhoneFlags) => commands.phone(name, flags));
}

function addRegistrar(program: Command, commands: Commands): void {
  program
    .command("registrar")
    .description("be a registrar: phones log in here, and are told where others are")
    .requiredOption("--users <file>", "who may log in, one name:password a line; read again when it changes, and at SIGHUP")
    .option("--listen <where...>", "HOST:PORT for UDP and TCP, with a certificate TLS on the next; or ws://HOST:PORT, wss://, tls:// …", [
      "0.0.0.0:5060",
    ])
    .option("--tls-cert <file...>", "certificates of its domains, each with its chain; the first is for who asks for none of the others")
    .option("--tls-key <file...>", "their private keys, in the same order (passphrase: SIDETONE_TLS_PASSPHRASE)")
    .addOption(authorityOption("authorities that clients' certificates may come from, in place of those that come with Node"))
    .option("--tls-client-certs", "refuse clients over TLS and WSS that show no certificate of --tls-ca")
    .option(
      "--ws-origin <origin...>",
      "of ws:// and wss://: pages that browsers may come from, like https://phone.example.com (default: any)",
    )
    .option("--domain <host...>", "host names that are served, each a domain of its own (default: any, as one)")
    .option("--realm <text>", 'what the passwords are for (default: the first --domain, else "sidetone")')
    .addOption(new Option("--algorithms <list>", "digest algorithms offered (default: SHA-256,SHA-512-256,MD5)").argParser(algorithmNames))
    .addOption(new Option("--min-expires <seconds>", "refuse shorter registrations (default: 60)").argParser(count))
    .addOption(new Option("--max-expires <seconds>", "shorten longer registrations (default: 7200)").argParser(count))
    .addOption(new Option("--max-contacts <n>", "contacts that a user may have (default: 10)").argParser(count))
    .addOption(
      new Option("--redirect <who>", "who is told by 302 where a user is")
        .choices(["authenticated", "anyone", "off"])
        .default("authenticated"),
    )
    .addOption(traceOption())
    .option("--json", "one JSON object per line")
    .action((flags: RegistrarFlags) => commands.registrar(flags));
}

const playOption = (description: string): Option => new Option("--play <file>", description).conflicts("tone");
const toneOption = (): Option => new Option("--tone <hz>", "play a tone").argParser(hertz);
const traceOption = (): Option => new Option("--trace <file>", "write every SIP message, secrets removed, and a ladder to a file");
const codecsOption = (): Option =>
  new Option("--codecs <list>", "codecs in order of preference, like PCMA,PCMU (default: all there are)").argParser(codecNames);
