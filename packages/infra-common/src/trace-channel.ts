import { channel, type Channel } from "node:diagnostics_channel";

/** What goes over the wire, for whoever subscribes (`node:diagnostics_channel`): every SIP message. */
export const sipTraceChannel: Channel = channel("sidetone:sip");

/** Every RTP and RTCP packet. Publish only while it has subscribers: there are thousands a second. */
export const mediaTraceChannel: Channel = channel("sidetone:media");
