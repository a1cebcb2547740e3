import { addressFamily, isLinkLocal, isLoopback } from "@sidetone/infra-common";
import type { Check } from "../check.ts";
import { finding } from "../finding.ts";

/** The addresses that others could reach this computer by. */
export const interfacesCheck: Check = {
  name: "interfaces",
  title: "Network",
  run: ({ machine }) => {
    const usable = machine.addresses().filter(({ address }) => !isLoopback(address) && !isLinkLocal(withoutZone(address)));
    if (usable.length === 0) {
      const advice = "connect to a network; until then only programs on this computer can be called";
      return Promise.resolve([finding("NETWORK_MISSING", "This computer has no address but those that lead to itself", { advice })]);
    }
    const families = [4, 6].filter((family) => usable.some(({ address }) => addressFamily(withoutZone(address)) === family));
    const list = usable.map(({ address, interfaceName }) => `${address} (${interfaceName})`).join(", ");
    const text = `IPv${families.join(" and IPv")}: ${list}`;
    return Promise.resolve([finding("NETWORK_ADDRESSES", text, { data: { addresses: usable } })]);
  },
};

function withoutZone(address: string): string {
  return address.replace(/%.*$/, "");
}
