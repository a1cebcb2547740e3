import { ClientManager } from "@sidetone/client-core";
import { scenario, type Scenario } from "./scenario.ts";

export interface ManagerScenario extends Scenario {
  readonly a: ClientManager;
  readonly b: ClientManager;
  /** A call from alice to bob that bob has answered; its id on both sides. */
  established(): Promise<{ id: string; bobs: string }>;
}

/** Two managed clients on a virtual network. */
export async function managers(options: Parameters<typeof scenario>[0] = {}): Promise<ManagerScenario> {
  const pair = await scenario(options);
  const a = new ClientManager(pair.alice);
  const b = new ClientManager(pair.bob);
  return {
    ...pair,
    a,
    b,
    established: async () => {
      const remove = b.handleEvents({ onIncomingCall: () => "Accept" });
      const call = await a.makeCall(pair.bobUri);
      await pair.clock.advance(20);
      remove();
      return { id: call.id, bobs: b.listCalls().at(-1)!.id };
    },
  };
}
