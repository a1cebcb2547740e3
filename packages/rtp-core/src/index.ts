export { RtpError, type RtpErrorCode } from "./rtp-error.ts";

export { RtpPacketView, type RtpRejection } from "./rtp/rtp-packet-view.ts";
export { parseRtp, RtpPacket, type RtpHeaderExtension, type RtpPacketInit } from "./rtp/rtp-packet.ts";
export { writeRtpHeader } from "./rtp/rtp-header.ts";
export { headerExtensionElements, packHeaderExtension, type HeaderExtensionElement } from "./rtp/header-extension.ts";
export { classifyPacket, type PacketKind } from "./rtp/classify-packet.ts";
export { isSequenceNewer, isTimestampNewer, sequenceDifference, SequenceExtender, timestampDifference } from "./rtp/sequence.ts";
export { minSequential, SourceSequence, type SequenceVerdict } from "./rtp/source-sequence.ts";
export { InterarrivalJitter } from "./rtp/interarrival-jitter.ts";
export { SourceStatistics } from "./rtp/source-statistics.ts";
export { SsrcConflicts } from "./rtp/ssrc-conflicts.ts";
export { RtpSender, type RtpSenderOptions, type RtpSenderStats } from "./rtp/rtp-sender.ts";
export { RtpReceiver, type ReceiveVerdict, type RtpReceiverOptions, type RtpReceiverStats } from "./rtp/rtp-receiver.ts";

export {
  rtcpPacketTypes,
  sdesItemNames,
  type ApplicationDefined,
  type Goodbye,
  type ReceiverReport,
  type ReportBlock,
  type RtcpPacket,
  type SdesChunk,
  type SdesItem,
  type SdesItemName,
  type SenderReport,
  type SourceDescription,
} from "./rtcp/rtcp-packet.ts";
export { parseRtcp, type RtcpCompound } from "./rtcp/parse-rtcp.ts";
export { serializeRtcp } from "./rtcp/serialize-rtcp.ts";
export { roundTripMs } from "./rtcp/round-trip.ts";
export { RtcpInterval, type RtcpIntervalOptions } from "./rtcp/rtcp-interval.ts";
export { RtcpMembers } from "./rtcp/rtcp-members.ts";
export { SenderReportClock } from "./rtcp/sender-report-clock.ts";
export { RemoteReports, type RemoteReportStats } from "./rtcp/remote-reports.ts";
export { RtcpSession, type RtcpSessionOptions, type RtcpSessionUser, type RtcpStats } from "./rtcp/rtcp-session.ts";

export { JitterBuffer, type JitterAdvice, type JitterBufferOptions, type JitterInsert, type JitterPull } from "./jitter/jitter-buffer.ts";
export type { JitterFrame } from "./jitter/frame-slot.ts";
export type { JitterBufferStats } from "./jitter/jitter-buffer-stats.ts";

export {
  keyOfTelephoneEvent,
  readTelephoneEvent,
  telephoneEventOf,
  writeTelephoneEvent,
  type TelephoneEvent,
} from "./events/telephone-event.ts";
export {
  TelephoneEventSender,
  type SendEventOptions,
  type TelephoneEventPacket,
  type TelephoneEventSenderOptions,
} from "./events/telephone-event-sender.ts";
export {
  TelephoneEventReceiver,
  type TelephoneEventEnd,
  type TelephoneEventEndReason,
  type TelephoneEventReceiverOptions,
  type TelephoneEventStart,
  type TelephoneEventUser,
} from "./events/telephone-event-receiver.ts";
