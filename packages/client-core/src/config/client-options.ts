import type { FailoverOptions, RequestInterceptor } from "@sidetone/dialog-core";
import type { Environment } from "@sidetone/infra-common";
import type { ExternalMedia } from "@sidetone/session-core";
import type { TlsOptions, TransportName, WebSocketOptions } from "@sidetone/sip-transport";
import type { AccountOptions } from "./account-options.ts";
import type { NatMode } from "../nat/nat-mode.ts";
import type { ClientLimits } from "../security/security-options.ts";

/** How the client's audio is made. */
export interface ClientMediaOptions {
  /** Encoding names in order of preference. Default: all there are, `PCMU`, `PCMA`. */
  codecs?: readonly string[];
  /** Numeric address to bind RTP to. Default: that of SIP. */
  address?: string;
  /** Address to write into session descriptions, where it is not the bound one: for accounts whose `nat` names none and no STUN server. */
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
  /** Identity, credentials and way out. Default: `sip:anonymous@anonymous.invalid` (RFC 3261 §8.1.1.3), a direct agent. */
  account?: AccountOptions;
  /** Several identities, in place of `account`; the first is meant where none is named. */
  accounts?: readonly AccountOptions[];
  /**
   * URN that registrars know this client by: `urn:uuid:…` (RFC 5626 §4.1). Default: a new one, the same as long as the client lives. Give
   * one that you keep, and a restarted program takes the place of its former self.
   */
  instanceId?: string;
  /** Host, or host and port, that completes bare users and numbers: `bob` becomes `sip:bob@<domain>`. Default: that of the account. */
  domain?: string;
  /** How the client is reached through a NAT, for accounts that say nothing of it themselves. Default `auto`. */
  nat?: NatMode;
  /**
   * Where to take SIP, `host:port`; port 0 for any free one, and for host a numeric address, or `auto`: the
   * machine's main address, which is followed when it becomes another. Default `0.0.0.0:0`. Several for several
   * addresses or families.
   */
  listen?: string | readonly string[];
  /**
   * Where calls may come from: UDP and TCP on the port of `listen`; TLS on the next one, or on that port itself when it is without the two,
   * where `tls.cert` is given. WS and WSS open no port: calls come back over the connections that this client opens. Whichever are listed, a URI
   * may ask for any transport. Default UDP and TCP, and TLS where `tls.cert` is given.
   */
  transports?: readonly TransportName[];
  /** Certificates and trust of TLS and WSS. Default: no certificate of its own, and the authorities that come with Node. */
  tls?: TlsOptions;
  /** Path, origin and liveness of WebSocket connections. */
  webSocket?: WebSocketOptions;
  /**
   * Whether to notice that the machine gets other addresses, or has slept: then the accounts register again at once, and the peers of calls are
   * told where to find us, by a re-INVITE. On a machine where nothing changes it sends nothing. Default true.
   */
  networkWatch?: boolean;
  /** User-Agent and Server header field. Default `Sidetone/<version>`. */
  userAgent?: string;
  /**
   * `"external"`: the application supplies and receives SDP (`sdp` in dial, ring, answer and modify, or the functions of {@link ExternalMedia}), and no
   * media port is opened.
   */
  media?: "external" | ClientMediaOptions;
  /** With external media: makes descriptions for calls that were given none, and answers re-INVITEs. */
  external?: ExternalMedia;
  /**
   * What becomes of requests outside of calls from addresses that belong neither to a registrar or outbound proxy of an account, nor to
   * `peers` or `allowedPeers`: `answer`, or `ignore`, which leaves them without any answer. Default `answer`.
   */
  strangers?: "answer" | "ignore";
  /** Who is no stranger: addresses, networks (`192.0.2.0/24`) and host names. No limit for strangers holds for them. */
  peers?: readonly string[];
  /** How much others may make the client do and keep. */
  limits?: ClientLimits;
  /** Calls at the same time; further ones are refused with 486. Default: no limit. */
  maxCalls?: number;
  /** Longest time that an incoming call may wait for its decision, in seconds; then 480. 0: no limit. Default 180. */
  incomingRingSeconds?: number;
  /** Longest time from the answer to the end of a call, in seconds; then BYE. Default 0: no limit. */
  maxCallSeconds?: number;
  /** `automatic`: a call that is not decided at once gets a 180. `manual`: only `ring()` sends one. Default automatic. */
  ringing?: "automatic" | "manual";
  /** Run on every request before it is sent. */
  interceptors?: readonly RequestInterceptor[];
  /** SIP timers T1, T2, T4, in milliseconds (RFC 3261 Table 4). */
  timers?: { T1?: number; T2?: number; T4?: number };
  /** How requests move between the servers of a name: how long one may be silent, and when an account goes back to the better one. */
  failover?: FailoverOptions;
  /** Clock, randomness, network, log. Default: the system's. */
  environment?: Environment;
}
