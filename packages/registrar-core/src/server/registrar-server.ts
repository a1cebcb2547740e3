import type { Environment } from "@sidetone/infra-common";
import type { Refusal } from "@sidetone/dialog-core";
import { createResponse, Server, type HeaderInput, type SipRequest } from "@sidetone/sip-core";
import type { Flow, SipTransports } from "@sidetone/sip-transport";
import {
  createBoundedResponse,
  TransactionLayer,
  type InviteServerTransaction,
  type ServerTransaction,
  type TransactionLayerOptions,
  type TransactionUser,
} from "@sidetone/transaction-core";
import { RegistrarError } from "../errors.ts";
import { supportedExtensions } from "../registration/registration-answer.ts";
import { Registrar, type RegistrarOptions } from "../registration/registrar.ts";
import { redirection } from "./redirection.ts";
import { RegistrarIngress } from "./registrar-ingress.ts";

/** Who is told where a user is: whoever has logged in, anybody, or nobody (INVITE is then answered 405). */
export type RedirectPolicy = "authenticated" | "anyone" | "off";

export interface RegistrarServerOptions extends RegistrarOptions {
  /** What becomes of calls and messages for those who are registered. Default `authenticated`, and without `authentication` `anyone`. */
  readonly redirects?: RedirectPolicy | undefined;
  /** Product tokens for Server. Default: it is not sent. */
  readonly server?: string | undefined;
  /** Timers and limits of the transaction layer. */
  readonly transactions?: TransactionLayerOptions | undefined;
}

/** Requests for somebody, which a redirect server redirects when they belong to no dialog. */
const redirectedMethods: readonly string[] = ["INVITE", "MESSAGE", "SUBSCRIBE", "REFER"];
/** Known, and not for here: 405. Others are answered 501. */
const otherMethods: readonly string[] = ["BYE", "INFO", "NOTIFY", "PUBLISH", "PRACK", "UPDATE"];

type Answer = Refusal | Promise<Refusal>;

/**
 * A registrar at work on `transports`, which stay the caller's to close: REGISTER (RFC 3261 §10.3), OPTIONS (§11), and a redirect server
 * (§8.3) for those who are registered. What comes without credentials is challenged without keeping anything of it.
 *
 * @throws {RegistrarError} `REGISTRAR_OPTION` when an option cannot be honoured.
 */
export function createRegistrarServer(
  environment: Environment,
  transports: SipTransports,
  options: RegistrarServerOptions = {},
): RegistrarServer {
  return new RegistrarServer(environment, transports, options);
}

/** Made by {@link createRegistrarServer}. */
export class RegistrarServer implements TransactionUser, AsyncDisposable {
  readonly registrar: Registrar;
  readonly #environment: Environment;
  readonly #transactions: TransactionLayer;
  readonly #redirects: RedirectPolicy;
  readonly #allow: HeaderInput;
  readonly #server: readonly HeaderInput[];
  readonly #ownsLocation: boolean;

  /** Internal. */
  constructor(environment: Environment, transports: SipTransports, options: RegistrarServerOptions) {
    const { authentication, redirects = authentication ? "authenticated" : "anyone", server, location, transactions } = options;
    if (redirects === "authenticated" && !authentication) {
      throw new RegistrarError("REGISTRAR_OPTION", "redirects cannot be authenticated without authentication");
    }
    this.registrar = new Registrar(environment, options);
    this.#environment = environment;
    this.#redirects = redirects;
    const methods = ["REGISTER", "OPTIONS", ...(redirects === "off" ? [] : [...redirectedMethods, "ACK", "CANCEL"])];
    this.#allow = ["Allow", methods.join(", ")];
    this.#server = server === undefined ? [] : [["Server", Server.serialize(server)]];
    this.#ownsLocation = location === undefined;
    this.#transactions = new TransactionLayer(environment, transports, this, transactions);
    transports.user = new RegistrarIngress(this.#transactions, this.registrar.location);
  }

  /** Requests that are being answered, or whose answer may have to be repeated. */
  get transactionCount(): number {
    return this.#transactions.serverCount;
  }

  /** Ends all transactions and forgets the bindings, unless the location service is the caller's. No timer is left. Idempotent, never rejects. */
  async close(): Promise<void> {
    await this.#transactions.close();
    if (this.#ownsLocation) await this.registrar.close();
  }

  /** The same as {@link close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Internal: what comes without credentials is challenged, or refused before it would be, and nothing is kept of it. */
  screen(request: SipRequest, flow: Flow): Refusal | undefined {
    const { authentication } = this.registrar;
    const { method } = request;
    const isJudged = method === "REGISTER" || (this.#redirects === "authenticated" && redirectedMethods.includes(method));
    if (!authentication || !isJudged || authentication.hasCredentials(request)) return undefined;
    const answer = this.#answer(request, flow);
    return answer instanceof Promise ? undefined : this.#signed(answer); // no promise without credentials
  }

  /** Internal. */
  onRequest(transaction: ServerTransaction): void {
    const { request } = transaction;
    try {
      const answer = this.#answer(request, transaction.flow);
      if (answer instanceof Promise) void this.#respondLater(transaction, request, answer);
      else this.#respond(transaction, request, answer);
    } catch (error) {
      this.#fail(transaction, request, error);
    }
  }

  /** Internal: an INVITE whose caller gave up while the secret source was being asked. */
  onCancelled(transaction: InviteServerTransaction): void {
    this.#respond(transaction, transaction.request, { statusCode: 487 });
  }

  /** Internal: of answers that were given without a transaction. */
  onAck(): void {}

  /** Internal: nothing was asked. */
  onStrayResponse(): void {}

  #answer(request: SipRequest, flow: Flow): Answer {
    const { method } = request;
    if (method === "REGISTER") return this.registrar.register(request, flow);
    if (request.toTag !== undefined) return { statusCode: 481 };
    if (method === "OPTIONS") return this.#answerOptions();
    if (redirectedMethods.includes(method) && this.#redirects !== "off") return this.#redirect(request, flow);
    return { statusCode: otherMethods.includes(method) || redirectedMethods.includes(method) ? 405 : 501, headers: [this.#allow] };
  }

  /** The same for every user, known or not. */
  #answerOptions(): Answer {
    return { statusCode: 200, headers: [this.#allow, supportedExtensions, ["Accept", "application/sdp"], ["Accept-Encoding", "identity"]] };
  }

  #redirect(request: SipRequest, flow: Flow): Answer {
    const redirect = (refusal: Refusal | undefined): Refusal =>
      refusal ?? redirection(request, this.registrar, this.#environment.clock.now());
    if (this.#redirects === "anyone") return redirect(undefined);
    const verdict = this.registrar.authentication!.authenticate(request, flow);
    return verdict instanceof Promise ? verdict.then(({ refusal }) => redirect(refusal)) : redirect(verdict.refusal);
  }

  async #respondLater(transaction: ServerTransaction, request: SipRequest, answer: Promise<Refusal>): Promise<void> {
    try {
      this.#respond(transaction, request, await answer);
    } catch (error) {
      this.#fail(transaction, request, error);
    }
  }

  /** The secret source, or the application's `isAuthorized`, failed. */
  #fail(transaction: ServerTransaction, request: SipRequest, error: unknown): void {
    this.#environment.onListenerError(error, "RegistrarServer");
    this.#respond(transaction, request, { statusCode: 500 });
  }

  #respond(transaction: ServerTransaction, request: SipRequest, answer: Refusal): void {
    const { statusCode, reasonPhrase, headers } = this.#signed(answer);
    // A datagram may come from anybody; what is bound is told to whoever registers.
    const isBounded = !transaction.flow.reliable && (statusCode >= 300 || request.method === "OPTIONS");
    const create = isBounded ? createBoundedResponse : createResponse;
    transaction.respond(create(request, statusCode, { reasonPhrase, headers, toTag: transaction.toTag }));
  }

  #signed(answer: Refusal): Refusal {
    return this.#server.length === 0 ? answer : { ...answer, headers: [...(answer.headers ?? []), ...this.#server] };
  }
}
