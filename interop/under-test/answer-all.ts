import type { Call, Client } from "sidetone";

/** Whoever calls `client` from now on is answered; his calls, in order. */
export function answerAll(client: Client): readonly Call[] {
  const calls: Call[] = [];
  client.onIncoming(async (incoming) => void calls.push(await incoming.answer()));
  return calls;
}
