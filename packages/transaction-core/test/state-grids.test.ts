import { describe, expect, test } from "vitest";
import { createResponse } from "@sidetone/sip-core";
import { setUpClient } from "./client-set-up.ts";
import { setUpServer } from "./server-set-up.ts";

/** Reads a grid: a header of inputs, then a line per state with the state that each input leads to; "=" stays. */
function cells(grid: string): [state: string, input: string, next: string][] {
  const [inputs, ...lines] = grid
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/));
  return lines.flatMap(([state, ...nexts]) =>
    nexts.map((next, i): [string, string, string] => [state!, inputs![i]!, next === "=" ? state! : next]),
  );
}

/** Runs `seconds` of virtual time and says what the state was right before and right after. */
const seconds = (input: string): number => Number(input.slice(0, -1));

describe("client transactions over UDP: each input in each state (RFC 3261 Figures 5 and 6, RFC 6026 §8.4)", () => {
  const reach: Record<string, number[]> = { Proceeding: [180], Accepted: [200], Completed: [486], Terminated: [486] };

  const run = (method: string) => (state: string, input: string, next: string) => {
    const { clock, receive, fail, layer, transaction } = setUpClient({ method });
    for (const statusCode of reach[state] ?? []) receive(statusCode);
    if (state === "Terminated") clock.advanceSync(32_000);
    expect(transaction.state).toBe(state);
    if (input === "cancel") layer.cancel(transaction);
    else if (input === "failure") fail();
    else if (input.endsWith("s")) clock.advanceSync(seconds(input) * 1000);
    else receive(Number(input));
    expect(transaction.state).toBe(next);
    expect(layer.clientCount).toBe((next === "Terminated" ? 0 : 1) + (input === "cancel" && state === "Proceeding" ? 1 : 0));
  };

  // prettier-ignore
  test.each(cells(`
                100         180         200         302         486         699         cancel  failure     31.9s  32s
    Calling     Proceeding  Proceeding  Accepted    Completed   Completed   Completed   =       Terminated  =      Terminated
    Proceeding  =           =           Accepted    Completed   Completed   Completed   =       =           =      =
    Accepted    =           =           =           =           =           =           =       =           =      Terminated
    Completed   =           =           =           =           =           =           =       =           =      Terminated
    Terminated  =           =           =           =           =           =           =       =           =      =
  `))("INVITE in %s, %s: %s", run("INVITE"));

  // prettier-ignore
  test.each(cells(`
                100         180         200         302         408         699         failure     4.9s  5s          31.9s       32s
    Trying      Proceeding  Proceeding  Completed   Completed   Completed   Completed   Terminated  =     =           =           Terminated
    Proceeding  =           =           Completed   Completed   Completed   Completed   Terminated  =     =           =           Terminated
    Completed   =           =           =           =           =           =           =           =     Terminated  Terminated  Terminated
    Terminated  =           =           =           =           =           =           =           =     =           =           =
  `))("OPTIONS in %s, %s: %s", run("OPTIONS"));
});

describe("server transactions over UDP: each input in each state (RFC 3261 Figure 8, RFC 6026 Figure 7)", () => {
  const run = (method: string) => (state: string, input: string, next: string) => {
    const { clock, receive, layer, transactions } = setUpServer();
    receive(method);
    const transaction = transactions[0]!;
    const { request } = transaction;
    const respond = (statusCode: number): void => transaction.respond(createResponse(request, statusCode, { toTag: "a" }));
    if (state === "Proceeding" && method !== "INVITE") clock.advanceSync(3500);
    if (state === "Accepted") respond(200);
    if (["Completed", "Confirmed", "Terminated"].includes(state)) respond(486);
    if (state === "Confirmed") receive("ACK");
    if (state === "Terminated") clock.advanceSync(32_000);
    expect(transaction.state).toBe(state);
    if (input === "again") receive(method);
    else if (input === "ACK") receive("ACK");
    else if (input.endsWith("s")) clock.advanceSync(seconds(input) * 1000);
    else respond(Number(input));
    expect(transaction.state).toBe(next);
    // A repetition of what is over is a new request.
    expect(layer.serverCount).toBe(next !== "Terminated" || input === "again" ? 1 : 0);
  };

  // prettier-ignore
  test.each(cells(`
                100  180  200       302        486        again  ACK        4.9s  5s          31.9s       32s
    Proceeding  =    =    Accepted  Completed  Completed  =      =          =     =           =           =
    Accepted    =    =    =         =          =          =      =          =     =           =           Terminated
    Completed   =    =    =         =          =          =      Confirmed  =     =           =           Terminated
    Confirmed   =    =    =         =          =          =      =          =     Terminated  Terminated  Terminated
    Terminated  =    =    =         =          =          =      =          =     =           =           =
  `))("INVITE in %s, %s: %s", run("INVITE"));

  // prettier-ignore
  test.each(cells(`
                100  200        302        486        again  3.4s  3.5s        28.4s       28.5s       31.9s       32s
    Trying      =    Completed  Completed  Completed  =      =     Proceeding  Proceeding  Proceeding  Proceeding  Terminated
    Proceeding  =    Completed  Completed  Completed  =      =     =           =           Terminated  Terminated  Terminated
    Completed   =    =          =          =          =      =     =           =           =           =           Terminated
    Terminated  =    =          =          =          =      =     =           =           =           =           =
  `))("OPTIONS in %s, %s: %s", run("OPTIONS"));
});
