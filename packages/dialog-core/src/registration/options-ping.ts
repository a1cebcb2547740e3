import { formatHostPort, type Timer } from "@sidetone/infra-common";
import type { SipResponse } from "@sidetone/sip-core";
import { SipTransportError, type Flow } from "@sidetone/sip-transport";
import type { ClientTransaction, ClientTransactionUser } from "@sidetone/transaction-core";
import { routeRequest } from "../dialog/dialog-route.ts";
import { draftOutsideDialog } from "../user-agent/draft-outside-dialog.ts";
import type { RequestDraft } from "../user-agent/request-draft.ts";
import type { UserAgentHost } from "../user-agent/user-agent-host.ts";
import type { RegistrationOptions } from "./registration.ts";

/** As for any keep-alive (RFC 5626 §4.4.1). */
const answerTimeoutMs = 10_000;

export interface OptionsPingOptions extends Pick<RegistrationOptions, "registrar" | "route" | "addressOfRecord" | "from"> {
  /** Longest time between an answer and the next request; each is chosen at random from 80 % of it on. */
  readonly intervalMs: number;
}

export interface OptionsPingUser {
  /** Over UDP: the server sees the flow under another address than before. */
  onFlowMoved(error: SipTransportError): void;
}

const onTimer = (ping: OptionsPing): void => ping.send();
const onSilence = (ping: OptionsPing): void => ping.giveUp();

/**
 * OPTIONS to the first hop, again and again over one flow: any answer shows that it lives, whatever the server knows of keep-alive. The flow is
 * given up when none comes, and over UDP when the server sees it under another address than before.
 */
export class OptionsPing implements ClientTransactionUser {
  readonly flow: Flow;
  readonly #core: UserAgentHost;
  readonly #options: OptionsPingOptions;
  readonly #user: OptionsPingUser;
  #timer: Timer | undefined = undefined;
  #transaction: ClientTransaction | undefined = undefined;
  #seenAs: string | undefined = undefined;

  /** Begins at once. */
  constructor(core: UserAgentHost, flow: Flow, options: OptionsPingOptions, user: OptionsPingUser) {
    this.flow = flow;
    this.#core = core;
    this.#options = options;
    this.#user = user;
    this.send();
  }

  /** Internal. */
  send(): void {
    const { registrar, route = [], addressOfRecord, from = addressOfRecord } = this.#options;
    const requestUri = route.length > 0 ? routeRequest(registrar, route).nextHop : registrar;
    const draft = draftOutsideDialog(this.#core, "OPTIONS", {
      method: "OPTIONS",
      requestUri,
      from,
      headers: [["Accept", "application/sdp"]],
    });
    this.#intercept(draft);
    this.#timer = this.#core.environment.clock.setTimer(answerTimeoutMs, onSilence, this as OptionsPing);
    this.#transaction = this.#core.transactions.sendRequest(draft.toRequest(this.flow, this.#core), this.flow, this);
  }

  onResponse(transaction: ClientTransaction, response: SipResponse): void {
    if (transaction !== this.#transaction || response.statusCode < 200) return;
    this.#transaction = undefined;
    this.#timer?.cancel();
    const seenAs = this.flow.reliable ? undefined : addressIn(response);
    const previous = this.#seenAs;
    this.#seenAs = seenAs;
    if (previous !== undefined && seenAs !== previous) return this.#move(`OPTIONS came from ${seenAs}, and from ${previous} before`);
    const { clock, random } = this.#core.environment;
    this.#timer = clock.setTimer(this.#options.intervalMs * (0.8 + random.float() / 5), onTimer, this as OptionsPing);
  }

  /** Its own time is up before. */
  onTimeout(): void {}

  /** Whoever keeps the flow is told. */
  onTransportError(): void {}

  /** Internal: no answer came. */
  giveUp(): void {
    this.#abandon(`no answer to OPTIONS within ${answerTimeoutMs / 1_000} s`);
  }

  close(): void {
    this.#timer?.cancel();
    this.#transaction = undefined;
  }

  #intercept(draft: RequestDraft): void {
    try {
      this.#core.intercept(draft);
    } catch (error) {
      this.#core.environment.onListenerError(error, "RequestInterceptor");
    }
  }

  #move(why: string): void {
    this.close();
    this.#user.onFlowMoved(new SipTransportError("SIP_TRANSPORT_MAPPING_CHANGED", `A NAT has moved the UDP flow: ${why}`));
  }

  #abandon(why: string): void {
    this.close();
    this.#core.transports.abandonFlow(this.flow, why);
  }
}

/** Our address as the server has seen it (RFC 3581 §4). */
function addressIn({ topVia: { host, received = host, rport } }: SipResponse): string {
  return formatHostPort(received, typeof rport === "number" ? rport : 0);
}
