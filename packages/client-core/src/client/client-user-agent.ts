import type { RequestOptions, UserAgentCore } from "@sidetone/dialog-core";
import type { Environment } from "@sidetone/infra-common";
import { NameAddress, type SipResponse } from "@sidetone/sip-core";
import type { AccountList } from "../registration/account-list.ts";
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
  affinity: true,
  body: true,
  contact: true,
  signal: true,
  onProvisional: true,
};

/** Any request, any header: the user agent beneath a client, with its accounts. */
export class ClientUserAgent {
  readonly #environment: Environment;
  readonly #accounts: AccountList;
  readonly #core: () => UserAgentCore;

  /** @internal */
  constructor(environment: Environment, accounts: AccountList, core: () => UserAgentCore) {
    this.#environment = environment;
    this.#accounts = accounts;
    this.#core = core;
  }

  /**
   * Sends a request outside of any dialog and resolves with its final response, whatever its status. A 401 or 407 is answered with the
   * credentials of the first account, or the one that `accountId` names. INVITE, ACK and CANCEL belong to calls.
   *
   * @throws {ClientError} `TIMEOUT` when nothing answers (64·T1, 32 s), `SERVER_UNREACHABLE`, `SIP_URI_INVALID`, `CONFIG_INVALID`,
   *   `CLIENT_STOPPED`, `ACCOUNT_NOT_FOUND`.
   * @throws `signal.reason` when aborted.
   */
  request(options: RequestOptions): Promise<SipResponse> {
    return attempt(this.#environment, String(options?.method), () => {
      refuseUnknownNames(options, known, "request");
      checkMethod(options.method);
      const { identity, id, route, affinity } = this.#accounts.require(options.accountId);
      const headers = extraHeaders(options.headers);
      return this.#core().request({ from: NameAddress.create(identity).toString(), accountId: id, route, affinity, ...options, headers });
    });
  }
}
