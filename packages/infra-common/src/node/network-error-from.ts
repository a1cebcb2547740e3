import { NetworkError, type NetworkErrorCode } from "../network-error.ts";

/** What the system's error number means, and what a person can do about it. */
const meanings: Readonly<Record<string, readonly [code: NetworkErrorCode, meaning: string]>> = {
  EADDRINUSE: [
    "NETWORK_ADDRESS_IN_USE",
    "another program uses this address and port: stop it, or choose another port (0 takes any free one)",
  ],
  EADDRNOTAVAIL: ["NETWORK_ADDRESS_UNAVAILABLE", "no interface of this machine has this address"],
  EAFNOSUPPORT: ["NETWORK_ADDRESS_UNAVAILABLE", "this machine does not support addresses of this family"],
  EACCES: ["NETWORK_PERMISSION_DENIED", "the system does not permit it: ports below 1024 need privileges, and a firewall may refuse too"],
  EPERM: ["NETWORK_PERMISSION_DENIED", "the system does not permit it: a firewall rule may be the reason"],
  ECONNREFUSED: ["NETWORK_CONNECTION_REFUSED", "nothing listens there: check the address and the port, and whether the server runs"],
  ETIMEDOUT: ["NETWORK_CONNECTION_TIMEOUT", "no answer: the host is down, or a firewall drops the packets"],
  ENETUNREACH: ["NETWORK_UNREACHABLE", "this machine has no route to that network"],
  EHOSTUNREACH: ["NETWORK_UNREACHABLE", "the host cannot be reached: it is down, or a router says so"],
  ENETDOWN: ["NETWORK_UNREACHABLE", "the network interface is down"],
  EHOSTDOWN: ["NETWORK_UNREACHABLE", "the host is down"],
  EMSGSIZE: ["NETWORK_MESSAGE_TOO_LONG", "the datagram is longer than the network can carry: use a stream transport"],
  ENOTFOUND: ["NETWORK_NAME_NOT_FOUND", "the name does not exist: check its spelling"],
  ENODATA: ["NETWORK_NAME_NOT_FOUND", "the name has no address of this kind"],
  EAI_AGAIN: ["NETWORK_NAME_NOT_FOUND", "the name server does not answer: check the network connection and the resolver's settings"],
  ETIMEOUT: ["NETWORK_NAME_SERVICE_FAILED", "no name server answers: check the network connection and the resolver's settings"],
  ESERVFAIL: ["NETWORK_NAME_SERVICE_FAILED", "the name server failed, or could not reach those of the domain"],
  EREFUSED: ["NETWORK_NAME_SERVICE_FAILED", "the name server refuses to answer this machine"],
  ECONNRESET: ["NETWORK_FAILED", "the peer broke the connection"],
  EPIPE: ["NETWORK_FAILED", "the peer has closed the connection"],
  EINVAL: [
    "NETWORK_FAILED",
    "the destination does not fit the local address: compare their families, and whether one is a loopback address",
  ],
  EMFILE: ["NETWORK_FAILED", "the process has no file descriptor left: raise its limit (ulimit -n)"],
  ENOBUFS: ["NETWORK_FAILED", "the system has no buffer left"],
};

/**
 * Explains an error of the system.
 *
 * @param action What failed, as the beginning of a sentence: `Cannot bind UDP 127.0.0.1:5060`.
 */
export function networkErrorFrom(error: unknown, action: string): NetworkError {
  if (error instanceof NetworkError) return error;
  const errno = errnoOf(error);
  const [code, meaning] = meanings[errno] ?? ["NETWORK_FAILED", error instanceof Error ? error.message : String(error)];
  return new NetworkError(code, `${action}: ${meaning}${errno && ` (${errno})`}`, { cause: error });
}

function errnoOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}
