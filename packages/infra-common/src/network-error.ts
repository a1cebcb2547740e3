import { VoipError } from "./voip-error.ts";

export type NetworkErrorCode =
  | "NETWORK_ADDRESS_IN_USE"
  | "NETWORK_ADDRESS_UNAVAILABLE"
  | "NETWORK_PERMISSION_DENIED"
  | "NETWORK_CONNECTION_REFUSED"
  | "NETWORK_CONNECTION_TIMEOUT"
  | "NETWORK_UNREACHABLE"
  | "NETWORK_NAME_NOT_FOUND"
  | "NETWORK_NAME_SERVICE_FAILED"
  | "NETWORK_MESSAGE_TOO_LONG"
  | "NETWORK_FAILED";

/** The network, the operating system or the name service refused. `cause` is the system's own error, where there is one. */
export class NetworkError extends VoipError<NetworkErrorCode> {
  static {
    Object.defineProperty(this.prototype, "name", { value: "NetworkError" });
  }
}
