import type { Check } from "../check.ts";
import { finding } from "../finding.ts";

/** What the SIP transports ask for (`udpBufferBytes`): room for a burst of some thousand messages. */
const wantedBytes = 4 * 2 ** 20;

/** Whether the system grants the buffers that keep a burst of messages from being lost. */
export const socketBuffersCheck: Check = {
  name: "socket-buffers",
  title: "Socket buffers",
  run: async ({ environment: { network }, listen: { address }, machine }) => {
    const options = { address, port: 0, receiveBufferBytes: wantedBytes, sendBufferBytes: wantedBytes };
    const socket = await network.bindDatagram(options, { onDatagram: () => {}, onSocketError: () => {} });
    const { receiveBufferBytes = wantedBytes } = socket;
    await socket.close();
    const limitBytes = machine.receiveBufferLimitBytes();
    const data = { wantedBytes, receiveBufferBytes, limitBytes: limitBytes ?? null };
    const text = `A UDP socket gets a receive buffer of ${kibibytes(receiveBufferBytes)}`;
    if (receiveBufferBytes >= wantedBytes / 2) return [finding("SOCKET_BUFFERS", text, { data })];
    const limit = limitBytes === undefined ? "" : ` (net.core.rmem_max is ${limitBytes})`;
    const advice =
      limitBytes === undefined
        ? "raise the system's limit of socket buffers if this is to be a busy server"
        : `if this is to be a busy server: sysctl -w net.core.rmem_max=${wantedBytes} net.core.wmem_max=${wantedBytes}`;
    return [
      finding("SOCKET_BUFFERS_SMALL", `${text} of the ${kibibytes(wantedBytes)} asked for${limit}: bursts may be lost`, { advice, data }),
    ];
  },
};

function kibibytes(bytes: number): string {
  return `${Math.round(bytes / 1024)} KiB`;
}
