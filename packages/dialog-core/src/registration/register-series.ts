import { MinExpires, SipUri, type SipResponse } from "@sidetone/sip-core";
import type { RequestDraft } from "../user-agent/request-draft.ts";
import type { UserAgentHost } from "../user-agent/user-agent-host.ts";
import { draftRegister } from "./register-request.ts";
import { redirectionOf } from "./registration-outcome.ts";
import type { RegistrationServer } from "./registration-server.ts";
import type { RegistrationOptions } from "./registration.ts";

/** What timers and reason allow: 23 days. */
export const maxGrantedSeconds = 2_000_000;

/** The REGISTERs of one registration: one Call-ID, rising CSeqs, and what earlier answers have made of what is asked for. */
export class RegisterSeries {
  /** A binding that leads nowhere: the next REGISTER that makes one removes it. */
  staleContact: string | undefined = undefined;
  readonly #core: UserAgentHost;
  readonly #options: RegistrationOptions;
  readonly #server: RegistrationServer;
  readonly #callId: string;
  #sequenceNumber = 0;
  /** Lifetime to ask for, in seconds: more than was wished for after a 423. */
  #expiresSeconds: number;
  #redirection: string | undefined = undefined;
  /** Whether the registrar may still be asked for outbound: until it says 439. */
  #isOutbound: boolean;

  constructor(core: UserAgentHost, options: RegistrationOptions, server: RegistrationServer) {
    this.#core = core;
    this.#options = options;
    this.#server = server;
    this.#callId = core.environment.random.token(24);
    this.#expiresSeconds = options.expiresSeconds ?? 3_600;
    this.#isOutbound = options.keepAlive !== undefined && options.regId !== undefined;
  }

  get expiresSeconds(): number {
    return this.#expiresSeconds;
  }

  /** The next REGISTER. @param removedContact the one binding to be removed, in place of one to be made. */
  next(removedContact?: string): RequestDraft {
    const staleContact = removedContact === undefined ? this.staleContact : undefined;
    this.staleContact = undefined;
    return draftRegister(this.#core, this.#options, {
      callId: this.#callId,
      // "A UA MUST increment the CSeq value by one for each REGISTER request with the same Call-ID." (RFC 3261 §10.2)
      sequenceNumber: this.#sequenceNumber + 1,
      redirection: this.#redirection,
      expiresSeconds: this.#expiresSeconds,
      staleContact,
      removedContact,
      affinity: this.#server.affinity,
      failsBack: removedContact === undefined && this.#server.takeFailBack(),
      isOutbound: this.#isOutbound,
    });
  }

  /** It is sent, or was answered: with credentials it has got a higher CSeq meanwhile. */
  used({ sequenceNumber }: RequestDraft): void {
    this.#sequenceNumber = Math.max(this.#sequenceNumber, sequenceNumber);
  }

  /** The registrar is asked again where the options say. */
  forgetRedirection(): void {
    this.#redirection = undefined;
  }

  /** Whether what was refused can be asked otherwise. 423: for a longer life (RFC 3261 §10.2.8). 3xx: another registrar (§8.1.3.4). */
  adaptTo(response: SipResponse): boolean {
    if (response.statusCode === 423) {
      const least = response.get(MinExpires) ?? 0;
      if (least <= this.#expiresSeconds || least > maxGrantedSeconds) return false;
      this.#expiresSeconds = least;
      return true;
    }
    // "439 (First Hop Lacks Outbound Support) … the UA MAY re-attempt registration without outbound" (RFC 5626 §4.2.1)
    if (response.statusCode === 439 && this.#isOutbound) {
      this.#isOutbound = false;
      return true;
    }
    if (response.statusCode >= 400) return false;
    const redirection = redirectionOf(response, SipUri.parse(this.#redirection ?? this.#options.registrar));
    if (redirection === undefined) return false;
    this.#redirection = redirection;
    return true;
  }
}
