/** What STUN needs of the socket that it runs on; a `DatagramSocket` fits. What arrives is handed over by the owner of the socket. */
export interface StunSocket {
  /** Sends one datagram from the address that is to be learned about or kept alive. Never throws. */
  send(data: Uint8Array, port: number, address: string): void;
}
