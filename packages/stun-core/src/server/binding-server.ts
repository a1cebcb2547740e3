import type { SocketAddress } from "@sidetone/infra-common";
import { AlternateServer, MappedAddress, XorMappedAddress } from "../attributes/addresses.ts";
import { ErrorCode, reasonPhrases } from "../attributes/error-code.ts";
import { knownAttributes } from "../attributes/known-attributes.ts";
import { Software } from "../attributes/texts.ts";
import { UnknownAttributes } from "../attributes/unknown-attributes.ts";
import { isFingerprintValid } from "../message/fingerprint.ts";
import { bindingMethod } from "../message/stun-header.ts";
import { parseStun, type StunMessage } from "../message/stun-message.ts";
import { StunWriter } from "../message/stun-writer.ts";
import type { AcceptedRequest, ServerAuthentication } from "./server-authentication.ts";

export interface BindingServerOptions {
  /** Value of SOFTWARE in responses. Default: none. */
  software?: string;
  /** Who may ask. Default: everybody, as for keep-alive (RFC 5626 §8). */
  authentication?: ServerAuthentication;
  /** Requests without the magic cookie are answered too, by MAPPED-ADDRESS (RFC 3489). Not where SIP or RTP shares the port. Default false. */
  classic?: boolean;
  /** Where to send everybody instead: 300 with ALTERNATE-SERVER. Default: nowhere. */
  alternateServer?: SocketAddress;
}

export interface BindingServerStats {
  readonly requests: number;
  readonly successes: number;
  readonly errors: number;
  /** Binding indications: they refresh bindings of NATs, and that is all. */
  readonly indications: number;
  /** No STUN message, another method or class, or a wrong FINGERPRINT: dropped. */
  readonly dropped: number;
}

/**
 * Answers Binding requests: tells each client from where its request came (RFC 8489 §6.3.1). Remembers nothing of requests, so that a
 * retransmission is answered afresh. FINGERPRINT is added where the request has one. What is no request is dropped and counted.
 *
 * Without authentication and SOFTWARE, a success is at most 32 bytes longer than its request.
 */
export class BindingServer {
  readonly #software: string | undefined;
  readonly #authentication: ServerAuthentication | undefined;
  readonly #classic: boolean;
  readonly #alternateServer: SocketAddress | undefined;
  readonly #stats = { requests: 0, successes: 0, errors: 0, indications: 0, dropped: 0 };

  /** @throws {StunError} `STUN_ATTRIBUTE_INVALID` for a `software` or an `alternateServer` that cannot be written. */
  constructor(options: BindingServerOptions = {}) {
    const probe = new StunWriter("error", bindingMethod, new Uint8Array(12));
    if (options.software !== undefined) probe.add(Software, options.software);
    if (options.alternateServer) probe.add(AlternateServer, options.alternateServer);
    this.#software = options.software;
    this.#authentication = options.authentication;
    this.#classic = options.classic ?? false;
    this.#alternateServer = options.alternateServer;
  }

  get stats(): BindingServerStats {
    return { ...this.#stats };
  }

  /** The response to a datagram from `source`, to be sent there from the socket that it came to; undefined where there is none to give. Never throws. */
  answerDatagram(data: Uint8Array, source: SocketAddress): Buffer | undefined {
    const message = parseStun(data, { classic: this.#classic });
    if (typeof message !== "string") return this.answer(message, source);
    this.#stats.dropped++;
    return undefined;
  }

  /** As {@link answerDatagram}, for a message that was read already. */
  answer(request: StunMessage, source: SocketAddress): Buffer | undefined {
    const isBinding = request.method === bindingMethod && (request.class === "request" || request.class === "indication");
    if (!isBinding || (request.fingerprintOffset >= 0 && !isFingerprintValid(request))) {
      this.#stats.dropped++;
      return undefined;
    }
    if (request.class === "indication") {
      this.#stats.indications++;
      return undefined;
    }
    this.#stats.requests++;
    return this.#respond(request, source);
  }

  /** "Once the authentication checks are done, the STUN agent checks for unknown attributes" (RFC 8489 §6.3). */
  #respond(request: StunMessage, source: SocketAddress): Buffer {
    const verdict = this.#authentication?.verify(request, source);
    if (verdict && "code" in verdict) {
      const writer = this.#writeError(request, verdict.code);
      verdict.describe?.(writer);
      return this.#finish(writer, request, undefined);
    }
    const unknown = request.unknownRequired(knownAttributes);
    if (unknown.length > 0) return this.#finish(this.#writeError(request, 420).add(UnknownAttributes, unknown), request, verdict);
    if (this.#alternateServer) {
      return this.#finish(this.#writeError(request, 300).add(AlternateServer, this.#alternateServer), request, verdict);
    }
    this.#stats.successes++;
    const writer = new StunWriter("success", bindingMethod, request.transactionId);
    writer.add(request.isClassic ? MappedAddress : XorMappedAddress, source);
    return this.#finish(writer, request, verdict);
  }

  #writeError(request: StunMessage, code: keyof typeof reasonPhrases): StunWriter {
    this.#stats.errors++;
    return new StunWriter("error", bindingMethod, request.transactionId).add(ErrorCode, { code, reasonPhrase: reasonPhrases[code] });
  }

  #finish(writer: StunWriter, request: StunMessage, accepted: AcceptedRequest | undefined): Buffer {
    if (this.#software !== undefined) writer.add(Software, this.#software);
    if (accepted) writer.addIntegrity(accepted.integrity, accepted.key);
    if (request.fingerprintOffset >= 0) writer.addFingerprint();
    return writer.toBytes();
  }
}
