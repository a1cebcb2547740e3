import { mediaTraceChannel, type DatagramSocket, type SocketAddress } from "@sidetone/infra-common";

/** Why a packet was dropped; see `RtpTransportStats`. */
export type DropReason = "early" | "foreign" | "unproven" | "malformed" | "unauthenticated";

/** What is published on `diagnostics_channel` "sidetone:media" while somebody subscribes. Times are ms of the environment's clock. */
export type MediaTrace = { readonly timeMs: number; readonly local: SocketAddress } & (
  | {
      /** A packet that was sent, or heard from the source that counts. */
      readonly type: "rtp" | "rtcp";
      readonly direction: "in" | "out";
      readonly remote: SocketAddress;
      /** As on the wire; to be copied by whoever keeps it. */
      readonly data: Uint8Array;
    }
  | {
      /** From now on only packets from `remote` are heard; `isSignalled` when it is the address of the SDP. */
      readonly type: "latched";
      readonly component: "rtp" | "rtcp";
      readonly remote: SocketAddress;
      readonly isSignalled: boolean;
    }
  | { readonly type: "dropped"; readonly reason: DropReason; readonly remote: SocketAddress }
  | { readonly type: "error"; readonly error: Error }
);

/** Publishes what one socket saw. Ask `mediaTraceChannel.hasSubscribers` first where packets pass by the thousand. */
export function traceMedia(socket: DatagramSocket, timeMs: number, trace: WithoutContext<MediaTrace>): void {
  if (!mediaTraceChannel.hasSubscribers) return;
  mediaTraceChannel.publish({ timeMs, local: { address: socket.localAddress, port: socket.localPort }, ...trace } satisfies MediaTrace);
}

type WithoutContext<Trace> = Trace extends unknown ? Omit<Trace, "timeMs" | "local"> : never;
