import type { Flow, TransportName } from "@sidetone/sip-transport";

type OfTheRequest =
  "addressOfRecord" | "contact" | "parameters" | "q" | "callId" | "sequenceNumber" | "instanceId" | "regId" | "path" | "userAgent";

/** What a {@link Binding} is made of. */
export interface BindingOptions extends Pick<Binding, OfTheRequest | "expiresAtMs"> {
  readonly flow: Flow;
}

/** Where a user can be reached, until it expires (RFC 3261 §10). Immutable: a refresh makes another one. */
export class Binding {
  /** `user@domain`. */
  readonly addressOfRecord: string;
  /** The Contact URI, as it was registered. */
  readonly contact: string;
  /** Further Contact parameters as written, such as `;+sip.instance="<urn:uuid:…>";reg-id=1`; without `q` and `expires`. */
  readonly parameters: string;
  /** Preference from 0 to 1; undefined when not given, which counts as 1. */
  readonly q: number | undefined;
  /** Of the REGISTER that made it. */
  readonly callId: string;
  /** CSeq of the REGISTER that made it. */
  readonly sequenceNumber: number;
  /** On the clock's `now()`. */
  readonly expiresAtMs: number;
  /** `+sip.instance`, with its angle brackets: which device it is (RFC 5626 §4.1). */
  readonly instanceId: string | undefined;
  /** Which of the device's flows it is, when it registered for outbound (RFC 5626 §4.2); undefined for any other binding. */
  readonly regId: number | undefined;
  /** The proxies on the way to the contact, to be put into Route (RFC 3327 §5.3). */
  readonly path: readonly string[];
  /** User-Agent of the REGISTER. */
  readonly userAgent: string | undefined;
  /**
   * The flow that brought the REGISTER. With {@link regId} and without {@link path}, the contact is to be reached over it alone
   * (RFC 5626 §5.3). Undefined once its connection has ended.
   */
  flow: Flow | undefined;
  /** Where the REGISTER came from: what `received` and `rport` of its Via said. */
  readonly receivedTransport: TransportName;
  readonly receivedAddress: string;
  readonly receivedPort: number;
  /** Internal: its place among those that will expire; −1 when it is not kept. */
  heapIndex = -1;

  /** Internal. Strings must stand alone (`flat`). */
  constructor(options: BindingOptions) {
    this.addressOfRecord = options.addressOfRecord;
    this.contact = options.contact;
    this.parameters = options.parameters;
    this.q = options.q;
    this.callId = options.callId;
    this.sequenceNumber = options.sequenceNumber;
    this.expiresAtMs = options.expiresAtMs;
    this.instanceId = options.instanceId;
    this.regId = options.regId;
    this.path = options.path;
    this.userAgent = options.userAgent;
    this.flow = options.flow;
    this.receivedTransport = options.flow.transport;
    this.receivedAddress = options.flow.remoteAddress;
    this.receivedPort = options.flow.remotePort;
  }

  /** Whether it was registered for outbound: it lives no longer than its flow. */
  get isOutbound(): boolean {
    return this.regId !== undefined;
  }
}
