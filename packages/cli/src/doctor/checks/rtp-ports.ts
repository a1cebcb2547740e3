import { NetworkError, type DatagramSocket, type Network } from "@sidetone/infra-common";
import type { Check } from "../check.ts";
import { finding } from "../finding.ts";

/** A sample: to bind all five thousand would take a second and disturb who else needs ports. */
const mostPairs = 50;

/** Whether there are ports for audio in the range that calls take theirs from. */
export const rtpPortsCheck: Check = {
  name: "rtp-ports",
  title: "Audio ports",
  run: async ({ environment: { network }, listen: { address }, rtpPorts: { first, last } }) => {
    const firstPair = first + (first % 2);
    const pairs = Math.floor((last - firstPair + 1) / 2);
    const pairsTried = Math.min(pairs, mostPairs);
    const step = Math.max(1, Math.floor(pairs / pairsTried));
    const ports = Array.from({ length: pairsTried }, (_, i) => firstPair + 2 * i * step);
    const freePairs = (await Promise.all(ports.map((port) => isPairFree(network, address, port)))).filter(Boolean).length;
    const text = `${freePairs} of ${pairsTried} pairs tried between ${first} and ${last} are free`;
    const options = { data: { first, last, pairsTried, freePairs } };
    if (freePairs === 0) return [finding("RTP_PORTS_TAKEN", `No UDP ports are left for audio: ${text}`, { ...options, advice })];
    return [
      freePairs < pairsTried / 2 ? finding("RTP_PORTS_SCARCE", text, { ...options, advice }) : finding("RTP_PORTS_FREE", text, options),
    ];
  },
};

const advice = "end what holds them, or give your client another range with media.rtpPorts";

/** RTP and the RTCP beside it (RFC 3550 §11). */
async function isPairFree(network: Network, address: string, port: number): Promise<boolean> {
  const opened = await Promise.allSettled([port, port + 1].map((each) => network.bindDatagram({ address, port: each }, deaf)));
  const sockets = opened.flatMap((result): DatagramSocket[] => (result.status === "fulfilled" ? [result.value] : []));
  await Promise.all(sockets.map((socket) => socket.close()));
  for (const result of opened) if (result.status === "rejected" && !(result.reason instanceof NetworkError)) throw result.reason;
  return sockets.length === opened.length;
}

const deaf = { onDatagram: (): void => {}, onSocketError: (): void => {} };
