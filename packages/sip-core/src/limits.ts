/** How much of a message is read before it is refused. All are inclusive. */
export interface SipLimits {
  /** Start line and header fields with the empty line, in bytes. Beyond: 513. Default 65,536, and no more is possible. */
  readonly headBytes: number;
  /** A whole datagram, in bytes. Beyond: 513. Default 65,536. */
  readonly datagramBytes: number;
  /** The body of a message on a stream, in bytes. Beyond: 413. Default 1,048,576. */
  readonly bodyBytes: number;
  /** Header fields of any kind. Beyond: 400. Default 512. */
  readonly headerFields: number;
  /** Fields of any one name, and members of one Via, Contact, Require, Proxy-Require or Content-Encoding list. Beyond: 400. Default 128. */
  readonly sameHeader: number;
}

export const defaultLimits: SipLimits = {
  headBytes: 65_536,
  datagramBytes: 65_536,
  bodyBytes: 1_048_576,
  headerFields: 512,
  sameHeader: 128,
};
