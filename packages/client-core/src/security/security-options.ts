import type { ServerDigestAlgorithm } from "@sidetone/dialog-core";

/** Who may send requests to an account, and how that is proved (RFC 3261 §22.1, RFC 8760). */
export interface RequireAuthOptions {
  /** Passwords by username, or a function that finds one; undefined: there is no such user. */
  users: Readonly<Record<string, string>> | ((username: string) => string | undefined | Promise<string | undefined>);
  /** What the password is for, shown to people. Default: the host of the account's URI. */
  realm?: string;
  /** What is offered. Default SHA-256, SHA-512-256 and MD5: without MD5, phones that know nothing better cannot call. */
  algorithms?: readonly ServerDigestAlgorithm[];
  /** Whether requests within calls that came in have to prove it again, BYE too. ACK and CANCEL cannot. Default false: their tags are secret enough. */
  inDialog?: boolean;
}

/** How much others may make a client do and keep. */
export interface ClientLimits {
  /** Requests a second that one address of a stranger may begin outside of calls; beyond: 503 with Retry-After. Default 200. */
  requestsPerSecond?: number;
  /** How many of them may come at once. Default: as many as in 5 s. */
  requestBurst?: number;
  /** Requests that are being answered, or whose answer may have to be repeated; beyond: 503. Default 1,000,000. */
  serverTransactions?: number;
  /**
   * New requests of strangers are answered 503 with Retry-After once what comes in has had to wait for so long, in milliseconds; those within
   * calls and those of known peers go on. Infinity: never. Default 50.
   */
  overloadDelayMs?: number;
  /** Connections that others may have open here at a time. Default 10,000. */
  connections?: number;
  /** The same for one IPv4 address, or one IPv6 /64 network. Default 2,000. */
  connectionsPerAddress?: number;
  /** Of these, connections that have not brought a message yet; for one more, the oldest of them is closed. Default 2,000. */
  halfOpenConnections?: number;
  /** How long a new connection may take to bring its first message, handshakes included. Default 32,000. */
  firstMessageTimeoutMs?: number;
  /** How long a message on a connection may take to arrive once it has begun. Default 32,000. */
  messageTimeoutMs?: number;
  /** Start line and header fields of a message; beyond: 513. Default 65,536, and no more is possible. */
  headBytes?: number;
  /** Body of a message on a connection; beyond: 413, before any of it is kept. Default 1,048,576. */
  bodyBytes?: number;
}
