import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { answerCommand } from "./commands/answer.ts";
import { callCommand } from "./commands/call.ts";
import { optionsCommand } from "./commands/options.ts";
import { exitCodes, exitCodeHelp } from "./exit-code.ts";
import { Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

const version = "0.1.0";

/**
 * Runs one command of `sidetone` and resolves with its exit code. It never throws and never ends the process.
 *
 * @param args what follows the program's name.
 */
export async function main(args: readonly string[], terminal: Terminal = Terminal.ofProcess()): Promise<number> {
  let exitCode: number = exitCodes.ok;
  const run = (command: Promise<number>): Promise<void> => command.then((code) => void (exitCode = code));
  try {
    await program(terminal, run).parseAsync([...args], { from: "user" });
  } catch (error) {
    return failed(error, terminal);
  }
  return exitCode;
}

function failed(error: unknown, terminal: Terminal): number {
  // commander has printed its message already; help and version are no failures.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  terminal.error(error instanceof Error ? error.message : String(error));
  if (!(error instanceof UsageError)) terminal.error("This should not have happened; please report it with the command that you gave.");
  return exitCodes.usage;
}

function program(terminal: Terminal, run: (command: Promise<number>) => Promise<void>): Command {
  const sidetone = new Command("sidetone")
    .description("A softphone and SIP tester for the terminal")
    .version(version)
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.write(text), writeErr: (text) => terminal.writeError(text) })
    .showHelpAfterError("(sidetone help shows the commands, sidetone COMMAND --help the options)")
    .addHelpText("after", exitCodeHelp);
  sidetone
    .command("call")
    .description("call a SIP URI, play to it, record it, send digits")
    .argument("<uri>", "whom to call: sip:bob@example.com")
    .addOption(playOption())
    .addOption(toneOption())
    .option("--record <file>", "record both sides to a WAV file")
    .option("--dtmf <digits>", "send key presses after the answer: 0-9 * # A-D")
    .option("--duration <seconds>", "hang up so long after the answer (default: at the end of --play, else when the peer does)", seconds)
    .option("--listen <host:port>", "local address and port for SIP, port 0 for any", "0.0.0.0:0")
    .option("--user <name>", "user name to call from and to authenticate as")
    .option("--password <password>", "password; others on this machine can see it: prefer SIDETONE_PASSWORD")
    .option("--proxy <uri>", "outbound proxy that the call goes to first")
    .addOption(codecsOption())
    .option("--trace <file>", "write every SIP message and a ladder diagram to a file")
    .option("--json", "one JSON object per line: events, and a CallReport at the end")
    .action((uri: string, options) => run(callCommand(uri, options, terminal)));
  sidetone
    .command("answer")
    .description("answer calls: echo, play, record")
    .option("--listen <host:port>", "local address and port for SIP", "0.0.0.0:5060")
    .addOption(new Option("--echo", "send back what is heard").conflicts(["play", "tone"]))
    .addOption(playOption())
    .addOption(toneOption())
    .option("--record <file>", "record both sides to a WAV file; further calls get a number behind the name")
    .option("--max-calls <n>", "take so many calls, then end (default: until Ctrl-C)", count)
    .option("--ring <seconds>", "ring so long before answering", seconds)
    .addOption(codecsOption())
    .option("--trace <file>", "write every SIP message and a ladder diagram to a file")
    .option("--json", "one JSON object per line: events, and a CallReport for each call")
    .action((options) => run(answerCommand(options, terminal)));
  sidetone
    .command("options")
    .description("ask a SIP server or phone what it can do, and how fast it answers")
    .argument("<uri>", "whom to ask: sip:example.com")
    .option("--listen <host:port>", "local address and port for SIP, port 0 for any", "0.0.0.0:0")
    .option("--json", "one JSON object")
    .action((uri: string, options) => run(optionsCommand(uri, options, terminal)));
  return sidetone;
}

const playOption = (): Option => new Option("--play <file>", "play a WAV file").conflicts("tone");
const toneOption = (): Option => new Option("--tone <hz>", "play a tone").argParser(hertz);
const codecsOption = (): Option =>
  new Option("--codecs <list>", "codecs in order of preference, separated by commas: PCMU,PCMA").argParser((text) =>
    text.split(",").map((name) => name.trim()),
  );

function hertz(text: string): number {
  const value = Number(text);
  if (!(value >= 20 && value <= 20_000)) throw new InvalidArgumentError("Give a frequency in Hz, from 20 to 20000.");
  return value;
}

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0)) throw new InvalidArgumentError("Give a number of seconds.");
  return value;
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("Give a whole number, 1 or more.");
  return value;
}
