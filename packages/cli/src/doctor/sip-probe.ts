import { anySignal, isWildcard, NetworkError, onAbort, timeoutSignal, type Environment, type SocketAddress } from "@sidetone/infra-common";
import { SipRequest, type SipResponse, type SipUri } from "@sidetone/sip-core";
import {
  createSipTransports,
  examineTls,
  SipTransportError,
  type Flow,
  type Location,
  type SipTarget,
  type SipTransports,
  type TlsOptions,
  type WebSocketOptions,
} from "@sidetone/sip-transport";
import { TransactionLayer, type ClientTransaction, type ClientTransactionUser, type TransactionUser } from "@sidetone/transaction-core";
import { answered, type Answer, type Visit } from "./visit.ts";

/** How long one server may take over one transport, in milliseconds: three retransmissions over UDP (RFC 3261 Timer E). */
export const visitLimitMs = 4000;

export interface SipProbeOptions {
  readonly tls: TlsOptions;
  readonly webSocket: WebSocketOptions;
}

/** Asks SIP servers what they are, one by one: the stack's own transports and transactions, and no failover. */
export class SipProbe implements AsyncDisposable {
  readonly #environment: Environment;
  readonly #tls: TlsOptions;
  readonly #transports: SipTransports;
  readonly #layer: TransactionLayer;

  /** Opens a UDP socket of each family that there is, on any free port. */
  static async open(environment: Environment, localAddress: string, options: SipProbeOptions): Promise<SipProbe> {
    const probe = new SipProbe(environment, options);
    const addresses = localAddress === "0.0.0.0" ? [localAddress, "::"] : [localAddress];
    for (const [i, address] of addresses.entries()) {
      try {
        await probe.#transports.listen({ transport: "UDP", address, port: 0 });
      } catch (error) {
        // A computer without IPv6 is nothing to complain about.
        if (i === 0 || !(error instanceof SipTransportError)) throw error;
      }
    }
    return probe;
  }

  private constructor(environment: Environment, { tls, webSocket }: SipProbeOptions) {
    this.#environment = environment;
    this.#tls = tls;
    this.#transports = createSipTransports(environment, { tls, webSocket, connectTimeoutMs: visitLimitMs });
    this.#layer = new TransactionLayer(environment, this.#transports, bystander);
  }

  /** How the stack itself finds the targets of a request to `uri`. */
  explainLocation(uri: SipUri, signal: AbortSignal): Promise<Location> {
    return this.#transports.explainLocation(uri, { signal });
  }

  /** Connects, shakes hands and asks with OPTIONS (RFC 3261 §11.1). Rejects with `signal.reason` alone. */
  async visit(target: SipTarget, uri: SipUri, signal: AbortSignal): Promise<Visit> {
    const { clock } = this.#environment;
    const tooLate = new NetworkError("NETWORK_CONNECTION_TIMEOUT", `nothing came back within ${visitLimitMs / 1000} s`);
    using limit = timeoutSignal(clock, visitLimitMs, tooLate);
    using either = anySignal(signal, limit.signal);
    const found: { -readonly [Part in keyof Visit]: Visit[Part] } = {
      target,
      connectMs: undefined,
      tls: undefined,
      local: undefined,
      answer: undefined,
      failure: undefined,
    };
    try {
      if (target.transport === "TLS" || target.transport === "WSS") {
        const onConnected = (connectMs: number): void => void (found.connectMs = connectMs);
        found.tls = await examineTls(this.#environment, target, { tls: this.#tls, onConnected, signal: either.signal });
      }
      const startedAtMs = clock.now();
      const flow = await this.#transports.flowTo(target, { messageBytes: 0, transportIsExplicit: true, signal: either.signal });
      if (target.transport !== "UDP") found.connectMs ??= clock.now() - startedAtMs;
      found.local = localOf(flow);
      found.answer = await this.#ask(flow, uri, either.signal);
    } catch (failure) {
      signal.throwIfAborted();
      found.failure = failure;
    }
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#layer.close();
    await this.#transports.close();
  }

  #ask(flow: Flow, uri: SipUri, signal: AbortSignal): Promise<Answer> {
    const { clock, random } = this.#environment;
    const request = SipRequest.create({
      method: "OPTIONS",
      requestUri: uri,
      headers: [
        ["From", `"Anonymous" <sip:anonymous@anonymous.invalid>;tag=${random.token(12)}`],
        ["To", `<${uri}>`],
        ["Call-ID", random.token(24)],
        ["CSeq", "1 OPTIONS"],
        ["Max-Forwards", "70"],
        ["Accept", "application/sdp"],
        ["User-Agent", "Sidetone/0.1.0"],
      ],
    });
    return new Promise((resolve, reject) => {
      const sentAtMs = clock.now();
      const forgetSignal = onAbort(signal, reject);
      const user: ClientTransactionUser = {
        onResponse: (_transaction: ClientTransaction, response: SipResponse) => {
          if (response.statusCode < 200) return;
          forgetSignal();
          resolve(answered(response, sentAtMs, clock));
        },
        onTimeout: () => {}, // the limit of the visit comes first
        onTransportError: (_transaction, error) => {
          forgetSignal();
          reject(error);
        },
      };
      this.#layer.sendRequest(request, flow, user);
    });
  }
}

function localOf({ localAddress, localPort }: Flow): SocketAddress | undefined {
  return isWildcard(localAddress) ? undefined : { address: localAddress, port: localPort };
}

/** Nobody calls the doctor. */
const bystander: TransactionUser = { onRequest: () => {}, onCancelled: () => {}, onAck: () => {}, onStrayResponse: () => {} };
