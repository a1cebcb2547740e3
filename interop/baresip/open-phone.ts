import type { Call, Client } from "sidetone";
import { onTestFailed, onTestFinished } from "vitest";
import { startBaresip, type Baresip } from "../peers/baresip/start-baresip.ts";
import type { BaresipAccount } from "../peers/baresip/baresip-config.ts";
import { eventually } from "../peers/process/eventually.ts";

/** A baresip that ends with the test, and shows what it saw when the test fails. */
export async function openPhone(account: BaresipAccount = {}): Promise<Baresip> {
  const phone = await startBaresip(account);
  onTestFinished(() => phone[Symbol.asyncDispose]());
  onTestFailed(() => console.log(phone.process.lastWords));
  return phone;
}

/** The phone calls the client, which answers. */
export async function answeredCall(phone: Baresip, client: Client, uri: string = client.uri): Promise<Call> {
  const answered = new Promise<Call>((resolve, reject) => {
    client.onIncoming(async (incoming) => {
      await incoming.answer().then(resolve, reject);
    });
  });
  await phone.command("dial", uri);
  const call = await answered;
  await phone.event("CALL_ESTABLISHED");
  return call;
}

/** Waits until both sides have sent so many milliseconds of audio from now on. */
export async function talk(call: Call, durationMs: number): Promise<void> {
  const packets = durationMs / 20;
  const before = call.statistics()!;
  await eventually(
    `${packets} packets go each way`,
    () => {
      const now = call.statistics()!;
      return now.packetsSent >= before.packetsSent + packets && now.packetsReceived >= before.packetsReceived + packets;
    },
    { withinMs: 5 * durationMs + 5000 },
  );
}
