import type { AnswerFlags } from "../answer-flags.ts";
import { createClient } from "@sidetone/client-core";
import { onAbort } from "@sidetone/infra-common";
import { AnsweringDesk } from "../answering-desk.ts";
import { openAudio, type AudioFlags } from "../audio-flags.ts";
import type { CommandContext } from "../command-context.ts";
import { exitCodes } from "../exit-code.ts";
import { listenAddress } from "../listen-address.ts";
import { checkRecordable } from "../node/check-recordable.ts";
import { TraceFile } from "../node/trace-file.ts";
import { runCommand } from "../run-command.ts";

/** `sidetone answer`. Ends after `--max-calls`, or when interrupted. */
export function answerCommand(flags: AnswerFlags, context: CommandContext): Promise<number> {
  return runCommand(context, flags.json ?? false, async () => {
    await checkRecordable(flags.record);
    (await openAudio(flags))?.close(); // a file that cannot be played is found before the first caller hears nothing
    const { environment, terminal, interrupted } = context;
    await using _trace = flags.trace === undefined ? undefined : await TraceFile.open(flags.trace);
    await using client = await createClient({
      listen: await listenAddress(flags.listen, environment),
      account: { uri: "sip:sidetone@anonymous.invalid" },
      media: flags.codecs ? { codecs: flags.codecs } : {},
      ringing: "manual",
      ...(environment ? { environment } : {}),
    });
    using desk = new AnsweringDesk(client, flags, terminal);
    await desk.announce();
    const forgetInterrupt = onAbort(interrupted, () => desk.close());
    const succeeded = await desk.done;
    forgetInterrupt();
    return succeeded ? exitCodes.ok : exitCodes.usage;
  });
}
