import type { RequestOptions, UserAgentCore } from "@sidetone/dialog-core";
import { NameAddress, type SipResponse } from "@sidetone/sip-core";
import type { Account } from "./account.ts";
import { wrapError } from "./wrap-error.ts";

/** Any request, any header: the user agent beneath a client, with its account. */
export class ClientUserAgent {
  readonly #account: Account;
  readonly #core: UserAgentCore;

  /** @internal */
  constructor(account: Account, core: UserAgentCore) {
    this.#account = account;
    this.#core = core;
  }

  /**
   * Sends a request outside of any dialog and resolves with its final response, whatever its status. A 401 or 407 is answered with the
   * account's credentials.
   *
   * @throws {ClientError} `TIMEOUT` when nothing answers (64·T1, 32 s), `SERVER_UNREACHABLE`, `SIP_URI_INVALID`, `CONFIG_INVALID`.
   * @throws `signal.reason` when aborted.
   */
  async request(options: RequestOptions): Promise<SipResponse> {
    const account = this.#account;
    try {
      return await this.#core.request({
        from: NameAddress.create(account.identity).toString(),
        accountId: account.id,
        route: account.route,
        ...options,
      });
    } catch (error) {
      throw wrapError(error, options.method);
    }
  }
}
