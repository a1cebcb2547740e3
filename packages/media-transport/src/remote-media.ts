import { addressFamily, isWildcard, normaliseAddress, type AddressFamily } from "@sidetone/infra-common";
import { MediaTransportError } from "./media-transport-error.ts";

/** Where the peer's SDP says that its media are. */
export interface RemoteMedia {
  /** Numeric address of the `c=` line. `0.0.0.0` and `::` (hold by RFC 2543) stop sending. */
  address: string;
  /** Port of the `m=` line; 0 (the stream is refused) stops sending. */
  port: number;
  /** Of `a=rtcp` (RFC 3605). Default: the same address, the next port. */
  rtcpAddress?: string;
  rtcpPort?: number;
  /** Both sides agreed on one port for RTP and RTCP (RFC 5761). Default false. */
  rtcpMux?: boolean;
  /** Payload types of the answer: a source that is not the signalled one must send one of them. Default: any. */
  payloadTypes?: readonly number[];
}

/** {@link RemoteMedia} checked, with addresses in their normal spelling; port −1 where nothing is to be sent. */
export interface CheckedRemoteMedia {
  readonly address: string;
  readonly port: number;
  readonly rtcpAddress: string;
  readonly rtcpPort: number;
  readonly rtcpMux: boolean;
  readonly payloadTypes: ReadonlySet<number> | undefined;
}

/**
 * @throws {MediaTransportError} `MEDIA_ADDRESS_INVALID` for a name or a port that is none, `MEDIA_ADDRESS_FAMILY_MISMATCH` for an address of
 *   the other family than our socket's.
 */
export function checkRemoteMedia(remote: RemoteMedia, family: AddressFamily): CheckedRemoteMedia {
  const { port, rtcpMux = false, payloadTypes } = remote;
  const address = checkAddress(remote.address, family);
  const rtcpAddress = checkAddress(remote.rtcpAddress ?? remote.address, family);
  const rtcpPort = rtcpMux ? port : (remote.rtcpPort ?? Math.min(port + 1, 65_535));
  for (const value of [port, rtcpPort]) {
    if (!Number.isInteger(value) || value < 0 || value > 65_535)
      throw new MediaTransportError("MEDIA_ADDRESS_INVALID", `${value} is no port`);
  }
  const isSilent = port === 0 || isWildcard(address);
  return {
    address,
    port: isSilent ? -1 : port,
    rtcpAddress,
    rtcpPort: isSilent || rtcpPort === 0 || isWildcard(rtcpAddress) ? -1 : rtcpPort,
    rtcpMux,
    payloadTypes: payloadTypes && new Set(payloadTypes),
  };
}

function checkAddress(address: string, family: AddressFamily): string {
  const found = addressFamily(address);
  if (found === undefined) throw new MediaTransportError("MEDIA_ADDRESS_INVALID", `${JSON.stringify(address)} is no numeric address`);
  if (found !== family)
    throw new MediaTransportError("MEDIA_ADDRESS_FAMILY_MISMATCH", `${address} cannot be reached from an IPv${family} socket`);
  return normaliseAddress(address);
}
