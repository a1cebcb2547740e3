import type { TransportName } from "@sidetone/sip-transport";

/**
 * Something that happened to the network under the client, or what came of it.
 *
 * - `AddressesChanged`: the machine has other addresses than before, of a family that the client uses.
 * - `SleepDetected`: the machine was suspended, or the process stopped.
 * - `ListeningLost`: a port that takes SIP is closed, since the machine has lost its address; it is opened again when that is back.
 * - `Rebound`: it is open again; of a client that follows its machine, at the new address.
 * - `Recovered`: what the change before has touched is done: registrations made anew, peers of calls told where we are.
 */
export type NetworkChange =
  | { readonly kind: "AddressesChanged"; readonly added: readonly string[]; readonly removed: readonly string[] }
  | { readonly kind: "SleepDetected"; readonly sleptMs: number }
  | { readonly kind: "ListeningLost"; readonly transport: TransportName; readonly address: string; readonly port: number }
  | {
      readonly kind: "Rebound";
      readonly transport: TransportName;
      readonly address: string;
      readonly port: number;
      readonly previousAddress: string | undefined;
    }
  | {
      readonly kind: "Recovered";
      /** Accounts that are registered from where the machine is now. */
      readonly registrationIds: readonly string[];
      /** Calls whose peer has taken our new address. */
      readonly callIds: readonly string[];
      /** Calls whose peer has not; they go on as long as media flow, or have ended. */
      readonly refusedCallIds: readonly string[];
      /** Since the change was noticed. */
      readonly durationMs: number;
    };
