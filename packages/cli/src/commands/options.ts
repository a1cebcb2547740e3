import { createClient } from "@sidetone/client-core";
import { Accept, Allow, Server, Supported, UserAgent, type SipResponse } from "@sidetone/sip-core";
import { exitCodeOfStatus } from "../exit-code.ts";
import { runWithClient } from "../run-with-client.ts";
import type { Terminal } from "../terminal.ts";

export interface OptionsFlags {
  listen: string;
  json?: boolean;
}

/** `sidetone options <uri>`: a SIP ping (RFC 3261 §11). */
export function optionsCommand(uri: string, flags: OptionsFlags, terminal: Terminal): Promise<number> {
  return runWithClient(
    flags,
    terminal,
    () => createClient({ listen: flags.listen, media: "external" }),
    async (client) => {
      const requestUri = client.account.complete(uri);
      const forget = terminal.onInterrupt(() => void client.close());
      const startedAtMs = client.environment.clock.now();
      const response = await client.userAgent.request({ method: "OPTIONS", requestUri, headers: [["Accept", "application/sdp"]] });
      const roundTripMs = client.environment.clock.now() - startedAtMs;
      forget();
      const answer = describe(response, roundTripMs);
      if (flags.json) terminal.line(JSON.stringify({ type: "OptionsReport", uri: requestUri.toString(), ...answer }));
      else printAnswer(terminal, requestUri.toString(), answer);
      return exitCodeOfStatus(response.statusCode);
    },
  );
}

interface OptionsAnswer {
  readonly statusCode: number;
  readonly reasonPhrase: string;
  readonly roundTripMs: number;
  readonly allow: readonly string[];
  readonly supported: readonly string[];
  readonly accept: readonly string[];
  /** What the peer says it is. */
  readonly software: string | null;
}

function describe(response: SipResponse, roundTripMs: number): OptionsAnswer {
  return {
    statusCode: response.statusCode,
    reasonPhrase: response.reasonPhrase,
    roundTripMs: Number(roundTripMs.toFixed(1)),
    allow: response.getAll(Allow),
    supported: response.getAll(Supported),
    accept: response.getAll(Accept).map(String),
    software: (response.get(Server) ?? response.get(UserAgent))?.toString() ?? null,
  };
}

function printAnswer(terminal: Terminal, uri: string, answer: OptionsAnswer): void {
  const list = (names: readonly string[]): string => (names.length > 0 ? names.join(", ") : "(does not say)");
  terminal.line(`${uri} answered ${answer.statusCode} ${answer.reasonPhrase} in ${answer.roundTripMs} ms`);
  if (answer.software !== null) terminal.line(`  software   ${answer.software}`);
  terminal.line(`  allows     ${list(answer.allow)}`);
  terminal.line(`  supports   ${list(answer.supported)}`);
  terminal.line(`  accepts    ${list(answer.accept)}`);
}
