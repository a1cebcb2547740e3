import { codeOf, equal, settle, type ComplianceCase, type NetworkUnderTest } from "./compliance-case.ts";
import { datagramCompliance } from "./datagram-compliance.ts";
import { streamCompliance } from "./stream-compliance.ts";

/**
 * What every `Network` promises, as cases to run with any test runner:
 * `for (const { title, run } of networkCompliance(subject)) test(title, run);`
 */
export function networkCompliance(subject: NetworkUnderTest): readonly ComplianceCase[] {
  return [...datagramCompliance(subject), ...streamCompliance(subject), ...nameCompliance(subject)];
}

function nameCompliance(subject: NetworkUnderTest): readonly ComplianceCase[] {
  const { network } = subject;
  return [
    {
      title: "a numeric address resolves to itself",
      run: async () => {
        equal(await settle(subject, network.lookup("192.0.2.1")), [{ address: "192.0.2.1", family: 4 }], "IPv4");
        equal(await settle(subject, network.lookup("::1", { family: 6 })), [{ address: "::1", family: 6 }], "IPv6");
        equal(await codeOf(settle(subject, network.lookup("192.0.2.1", { family: 6 }))), "NETWORK_NAME_NOT_FOUND", "the other family");
      },
    },
    {
      title: "localhost resolves to the loopback address",
      run: async () =>
        equal(await settle(subject, network.lookup("localhost", { family: 4 })), [{ address: "127.0.0.1", family: 4 }], "localhost"),
    },
    {
      title: "a name that does not exist, and no name at all, are not found",
      run: async () => {
        equal(await codeOf(settle(subject, network.lookup("sidetone.invalid"))), "NETWORK_NAME_NOT_FOUND", "RFC 6761 .invalid");
        equal(await codeOf(settle(subject, network.lookup(""))), "NETWORK_NAME_NOT_FOUND", "the empty name");
      },
    },
    {
      title: "an aborted look-up rejects with the reason untouched",
      run: async () => {
        const reason = { because: "no interest" };
        const rejection = network.lookup("localhost", { signal: AbortSignal.abort(reason) }).catch((error: unknown) => error);
        equal((await settle(subject, rejection)) === reason, true, "the same reason");
      },
    },
    {
      title: "the source address towards the loopback address is the loopback address",
      run: async () => {
        equal(await settle(subject, network.sourceAddressFor("127.0.0.1")), "127.0.0.1", "IPv4");
        equal(await settle(subject, network.sourceAddressFor("::1")), "::1", "IPv6");
        equal(await codeOf(settle(subject, network.sourceAddressFor("example.com"))), "NETWORK_UNREACHABLE", "a name");
      },
    },
    {
      title: "the local addresses include loopback, sorted and without repetition",
      run: async () => {
        const addresses = network.localAddresses();
        equal(addresses.includes("127.0.0.1"), true, "127.0.0.1");
        equal(addresses, [...new Set(addresses)].sort(), "the order");
        network.onAddressesChanged(() => {})();
      },
    },
  ];
}
