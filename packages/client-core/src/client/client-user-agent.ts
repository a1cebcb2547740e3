import type { RequestOptions, UserAgentCore } from "@sidetone/dialog-core";
import { NameAddress, type SipResponse } from "@sidetone/sip-core";
import type { Account } from "../account.ts";
import { extraHeaders } from "../call/extra-headers.ts";
import { guard } from "../errors/guard.ts";

/** Any request, any header: the user agent beneath a client, with its account. */
export class ClientUserAgent {
  readonly #account: Account;
  readonly #core: () => UserAgentCore;

  /** @internal */
  constructor(account: Account, core: () => UserAgentCore) {
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
  async request(options: RequestOptions): Promise<SipResponse> {
    const { identity, id, route } = this.#account;
    const headers = extraHeaders(options.headers);
    return guard(options.method, () => {
      return this.#core().request({ from: NameAddress.create(identity).toString(), accountId: id, route, ...options, headers });
    });
  }
}
