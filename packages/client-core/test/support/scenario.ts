import type { Call, Client, ClientOptions, IncomingCall } from "@sidetone/client-core";
import { findTone } from "@sidetone/media-core";
import { twoClients, type TwoClients } from "@sidetone/testkit/scenario";
import { expect, onTestFailed, onTestFinished } from "vitest";

export interface Scenario extends TwoClients {
  /** SIP start lines on the wire, methods and status codes alone: `INVITE 100 180 200 ACK`. */
  signalling(): string;
  /** Alice calls bob, who answers at once; both sides of the call. */
  connect(): Promise<{ call: Call; bobs: Call }>;
  /** The next call that reaches bob, left ringing for the test to decide. */
  nextIncoming(): Promise<IncomingCall>;
}

/** Two clients on a virtual network; after the test nothing of them may be left. */
export async function scenario(options: Parameters<typeof twoClients>[0] = {}): Promise<Scenario> {
  const pair = await twoClients({ ...options, onTestFailed });
  onTestFinished(async () => {
    await pair[Symbol.asyncDispose]();
    await pair.clock.advance(64_000); // transactions linger for 64·T1
    expect(pair.clock.pendingTimers, "timers left").toBe(0);
    for (const { network } of Object.values(pair.environments)) expect(network.openSockets, "sockets left").toBe(0);
  });
  const { alice, bob, bobUri, settle, wire } = pair;
  return {
    ...pair,
    signalling: () => wire.sipStartLines.map((line) => (line.startsWith("SIP/2.0 ") ? line.slice(8, 11) : line.split(" ")[0])).join(" "),
    connect: async () => {
      let bobs!: Call;
      bob.onIncoming(async (incoming) => {
        bobs = incoming.call;
        await incoming.answer();
      });
      const call = await settle(alice.call(bobUri));
      await pair.clock.advance(10);
      return { call, bobs };
    },
    nextIncoming: () =>
      settle(
        new Promise<IncomingCall>((resolve) => {
          bob.onIncoming((incoming) => {
            incoming.ring();
            resolve(incoming);
          });
        }),
      ),
  };
}

export const external: ClientOptions = { media: "external" };

/** Keeps what a call hears, at 8 kHz. */
export function listen(call: Call): { samples: number[]; toneHz: () => number | undefined } {
  const samples: number[] = [];
  const input = call.audio.in({ sampleRate: 8000 });
  void (async () => {
    for await (const frame of input) samples.push(...frame.samples);
  })();
  return {
    samples,
    /** Of the last half second; undefined for silence. */
    toneHz: () => {
      const latest = Int16Array.from(samples.slice(-4000));
      const found = latest.some((sample) => Math.abs(sample) > 50) ? findTone(latest, 8000) : undefined;
      return found && Math.round(found.hz);
    },
  };
}

/** What a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("the promise did not reject");
}

export type { Client };
