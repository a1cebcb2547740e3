/** An address of a network interface. */
export interface InterfaceAddress {
  readonly interfaceName: string;
  readonly address: string;
}

/** What the doctor asks of the computer itself. */
export interface Machine {
  /** Without the "v". */
  readonly nodeVersion: string;
  /** System and processor, like `linux x64`. */
  readonly platform: string;
  /** Of every interface that is up, loopback included. */
  addresses(): readonly InterfaceAddress[];
  /** The most that the system grants for the receive buffer of a socket, in bytes; undefined where it does not tell. */
  receiveBufferLimitBytes(): number | undefined;
}
