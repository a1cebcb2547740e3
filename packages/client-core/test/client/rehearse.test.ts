import { systemEnvironment } from "@sidetone/infra-common";
import { expect, test, vi } from "vitest";

test("importing the client opens nothing, asks for no address and sets no timer", async () => {
  const { clock, network, resolver } = systemEnvironment();
  const touched = [
    ...(["setTimer", "onSleep"] as const).map((name) => vi.spyOn(clock, name)),
    ...(["bindDatagram", "listenStream", "connectStream", "lookup", "localAddresses", "onAddressesChanged"] as const).map((name) =>
      vi.spyOn(network, name),
    ),
    ...(["resolveNaptr", "resolveSrv", "resolveAddresses"] as const).map((name) => vi.spyOn(resolver, name)),
  ];
  await import("@sidetone/client-core");
  for (const each of touched) expect(each).not.toHaveBeenCalled();
});
