import type { RequestInterceptor } from "@sidetone/dialog-core";
import type { Environment } from "@sidetone/infra-common";
import type { ExternalMedia } from "@sidetone/session-core";
import type { AccountOptions } from "./account.ts";

/** How the client's audio is made. */
export interface ClientMediaOptions {
  /** Encoding names in order of preference. Default: all there are, `PCMU`, `PCMA`. */
  codecs?: readonly string[];
  /** Numeric address to bind RTP to. Default: that of SIP. */
  address?: string;
  /** Address to write into session descriptions, where it is not the bound one (a static NAT). */
  advertisedAddress?: string;
  /** RTP port range, both ends included; `first: 0` for any free ports. Default 10000 to 20000. */
  rtpPorts?: { first: number; last: number };
  /** Send and receive key presses (RFC 4733). Default true. */
  dtmf?: boolean;
  /** Packet time asked for, in milliseconds: a multiple of 10 from 10 to 60. Default: none is asked for, 20 is sent. */
  ptimeMs?: number;
  /** Further attributes of the audio stream in SDP, without `a=`. */
  sdpAttributes?: readonly string[];
  /** Ends a call when nothing is heard for so long although the peer may send; never while held. Default 0: never. */
  timeoutSeconds?: number;
}

export interface ClientOptions {
  /** Identity, credentials and way out. Default: `sip:anonymous@<local address>`, a direct agent. */
  account?: AccountOptions;
  /**
   * Where to take SIP, `host:port`; port 0 for any free one, and for host a numeric address. Default `0.0.0.0:0`. Several for several
   * addresses or families.
   */
  listen?: string | readonly string[];
  /** Default UDP and TCP, on the same port. */
  transports?: readonly ("UDP" | "TCP")[];
  /** User-Agent and Server header field. Default `Sidetone/<version>`. */
  userAgent?: string;
  /**
   * `"external"`: the application supplies and receives SDP (`sdp` in dial, answer and modify, or the functions of {@link ExternalMedia}), and no
   * media port is opened.
   */
  media?: "external" | ClientMediaOptions;
  /** With external media: makes descriptions for calls that were given none, and answers re-INVITEs. */
  external?: ExternalMedia;
  /** Calls at the same time; further ones are refused with 486. Default: no limit. */
  maxCalls?: number;
  /** Longest time that an incoming call may wait for its decision, in seconds. Default 180. */
  incomingRingSeconds?: number;
  /** `automatic`: a call that is not decided at once gets a 180. `manual`: only `ring()` sends one. Default automatic. */
  ringing?: "automatic" | "manual";
  /** Run on every request before it is sent. */
  interceptors?: readonly RequestInterceptor[];
  /** SIP timers T1, T2, T4, in milliseconds (RFC 3261 Table 4). */
  timers?: { T1?: number; T2?: number; T4?: number };
  /** Clock, randomness, network, log. Default: the system's. */
  environment?: Environment;
}

export interface DialOptions {
  /** Extra header fields for the INVITE, in order. */
  headers?: Iterable<readonly [name: string, value: string]>;
  /** Longest time to ring before CANCEL, in seconds. Default 60; 0 for no limit of ours. */
  ringTimeoutSeconds?: number;
  /** Encoding names for this call, in order of preference. */
  codecs?: readonly string[];
  /** With external media: the offer. */
  sdp?: string;
  /** With external media: how this call's descriptions are made. */
  external?: ExternalMedia;
  /** Cancels the call while it rings (sends CANCEL); `answered` then rejects with `signal.reason`. It does not end an answered call. */
  signal?: AbortSignal;
}
