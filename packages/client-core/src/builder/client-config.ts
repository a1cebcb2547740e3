import type { FailoverOptions } from "@sidetone/dialog-core";
import type { Environment } from "@sidetone/infra-common";
import type { TlsOptions, TransportName, WebSocketOptions } from "@sidetone/sip-transport";
import type { AccountOptions } from "../config/account-options.ts";
import type { NatMode } from "../nat/nat-mode.ts";
import type { ClientLimits } from "../security/security-options.ts";
import type { MediaConfig } from "./media-config.ts";

/** What a `ClientBuilder` collects. It holds all of the contract; `build()` refuses what this version cannot honour. */
export interface ClientConfig {
  /** Where to take SIP, `address:port` with a numeric address, or `auto:port` for the machine's; port 0 for any. Several for several addresses. Default `0.0.0.0:0`. */
  localSipAddress?: string | readonly string[];
  /** Numeric address to bind RTP to. Default: that of SIP. */
  localMediaAddress?: string;
  media?: MediaConfig;
  /** User-Agent and Server header field. */
  userAgent?: string;
  /** Session expiry (RFC 4028), in seconds. Not available yet; 0 is fine. */
  sessionTimeoutSeconds?: number;
  /** Calls at the same time; further ones are refused with 486. Default: no limit. */
  maxConcurrentCalls?: number;
  /** Longest time from the answer to the end of a call, in seconds; then BYE. Default 0: no limit. */
  maxCallDurationSeconds?: number;
  /** As in `ClientOptions`. Default `answer`. */
  strangers?: "answer" | "ignore";
  /** As in `ClientOptions`: who is no stranger. */
  peers?: readonly string[];
  /** As in `ClientOptions`: how much others may make the client do and keep. */
  limits?: ClientLimits;
  /** As in `ClientOptions`: how requests move between the servers of a name. */
  failover?: FailoverOptions;
  /** Completes bare users and numbers. Default: the domain of the account. */
  domain?: string;
  /** Identities; the first is meant where none is named. */
  accounts?: readonly AccountOptions[];
  /** URN that registrars know this client by: `urn:uuid:…`. Default: a new one. */
  instanceId?: string;
  /** URI of the proxy that every request goes to first, of accounts that name none. */
  outboundProxy?: string;
  /** As in `ClientOptions`. Default UDP and TCP, and TLS where `tls.cert` is given. */
  transports?: readonly TransportName[];
  /** Certificates and trust. */
  tls?: TlsOptions;
  /** Path, origin and liveness of WebSocket connections. */
  webSocket?: WebSocketOptions;
  /** How the client is reached through a NAT, for accounts that say nothing of it themselves. Default `auto`. */
  nat?: NatMode;
  /** As in `ClientOptions`: follows the machine's addresses, and notices its sleeps. Default true. */
  networkWatch?: boolean;
  /** `false` is not available: every call has audio. */
  enableAudio?: boolean;
  /** `true` is not available yet. */
  enableVideo?: boolean;
  /** Clock, randomness, network, log. Default: the system's. */
  environment?: Environment;
}
