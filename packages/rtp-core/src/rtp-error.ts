import { VoipError } from "@sidetone/infra-common";

export type RtpErrorCode = "RTP_PACKET_INVALID" | "RTCP_PACKET_INVALID" | "RTP_EVENT_INVALID" | "RTP_OPTION_INVALID";

/** The caller asked for something that RTP or RTCP cannot carry. Packets from the network never cause it: they are dropped and counted. */
export class RtpError extends VoipError<RtpErrorCode> {
  static {
    Object.defineProperty(this.prototype, "name", { value: "RtpError" });
  }
}
