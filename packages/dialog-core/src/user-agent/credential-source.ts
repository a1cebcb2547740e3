/** What a server asks to be proved. */
export interface CredentialQuery {
  /** The account that the request was sent for, if it named one. */
  readonly accountId: string | undefined;
  readonly realm: string;
  /** Host of the server that the request was sent to: the first Route, else the request-URI. Lower case. */
  readonly target: string;
  /** 407 by a proxy, as opposed to 401 by a user agent server or registrar. */
  readonly isProxy: boolean;
  /** The strongest algorithm offered that this stack computes: `SHA-512-256`, `SHA-256`, `MD5`, each also with `-sess`. */
  readonly algorithm: string;
}

export interface AccountCredentials {
  readonly username: string;
  readonly password: string;
}

/**
 * Decides which secret proves the user to a realm.
 *
 * The implementer must answer `undefined` to a challenger that it has no business with: without a configured realm only the
 * account's registrar or outbound proxy ({@link CredentialQuery.target}) may challenge, or a hostile callee could ask for
 * hashes of the account's password.
 */
export interface CredentialSource {
  get(query: CredentialQuery): AccountCredentials | undefined | Promise<AccountCredentials | undefined>;
}
