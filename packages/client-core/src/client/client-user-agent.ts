import type { RequestOptions, UserAgentCore } from "@sidetone/dialog-core";
import type { Environment } from "@sidetone/infra-common";
import { NameAddress, type SipResponse } from "@sidetone/sip-core";
import type { Account } from "../account.ts";
import { checkMethod, extraHeaders } from "../call/extra-headers.ts";
import { refuseUnknownNames, type KnownNames } from "../config/known-names.ts";
import { attempt } from "../errors/attempt.ts";

const known: KnownNames<RequestOptions> = {
  method: true,
  requestUri: true,
  from: true,
  to: true,
  callId: true,
  sequenceNumber: true,
  headers: true,
  route: true,
  contactUser: true,
  accountId: true,
  body: true,
  contact: true,
  signal: true,
  onProvisional: true,
};

/** Any request, any header: the user agent beneath a client, with its account. */
export class ClientUserAgent {
  readonly #environment: Environment;
  readonly #account: Account;
  readonly #core: () => UserAgentCore;

  /** @internal */
  constructor(environment: Environment, account: Account, core: () => UserAgentCore) {
    this.#environment = environment;
    this.#account = account;
    this.#core = core;
  }

  /**
   * Sends a request outside of any dialog and resolves with its final response, whatever its status. A 401 or 407 is answered with the
   * account's credentials. INVITE, ACK and CANCEL belong to calls.
   *
   * @throws {ClientError} `TIMEOUT` when nothing answers (64·T1, 32 s), `SERVER_UNREACHABLE`, `SIP_URI_INVALID`, `CONFIG_INVALID`,
   *   `CLIENT_STOPPED`.
   * @throws `signal.reason` when aborted.
   */
  request(options: RequestOptions): Promise<SipResponse> {
    return attempt(this.#environment, String(options?.method), () => {
      refuseUnknownNames(options, known, "request");
      checkMethod(options.method);
      const { identity, id, route } = this.#account;
      const headers = extraHeaders(options.headers);
      return this.#core().request({ from: NameAddress.create(identity).toString(), accountId: id, route, ...options, headers });
    });
  }
}
