import { formatHostPort, NetworkError, type ListenStreamOptions, type Network } from "@sidetone/infra-common";
import type { Check } from "../check.ts";
import { finding, type Finding } from "../finding.ts";

/** Whether SIP can be taken where phones and servers take it. */
export const sipPortsCheck: Check = {
  name: "sip-ports",
  title: "SIP ports",
  run: ({ environment: { network }, listen }) =>
    Promise.all([
      look("UDP", listen, async () => (await network.bindDatagram(listen, deaf)).close()),
      look("TCP", listen, async () => (await listenStream(network, listen)).close()),
    ]),
};

async function look(transport: "UDP" | "TCP", { address, port }: ListenStreamOptions, openAndClose: () => Promise<void>): Promise<Finding> {
  const subject = `${transport} ${formatHostPort(address, port)}`;
  const data = { transport, address, port };
  try {
    await openAndClose();
    return finding("SIP_PORT_FREE", `${subject} is free`, { subject, data });
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    const isBusy = error.code === "NETWORK_ADDRESS_IN_USE";
    const text = isBusy
      ? `${subject} is taken by another program (the system does not tell which)`
      : `${subject} cannot be used: ${error.message}`;
    const advice = isBusy
      ? "stop the other phone or server, or take another port with --listen; a client that only calls and registers needs none"
      : "take another address or port with --listen";
    return finding("SIP_PORT_BUSY", text, { subject, advice, data: { ...data, reason: error.code } });
  }
}

const deaf = { onDatagram: (): void => {}, onSocketError: (): void => {} };

function listenStream(network: Network, options: ListenStreamOptions): ReturnType<Network["listenStream"]> {
  return network.listenStream(options, { onConnection: () => undefined, onServerError: () => {} });
}
