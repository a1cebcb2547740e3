import type { DigestSecretSource, ServerDigestAlgorithm } from "@sidetone/dialog-core";
import { computeHa1 } from "@sidetone/sip-core";
import { parseUsers, type UserSecrets } from "./parse-users.ts";

/** Users and their secrets in memory: what a {@link DigestServer} asks. It tells nobody what it holds. */
export class Users implements DigestSecretSource {
  #secrets: ReadonlyMap<string, UserSecrets> = new Map();
  readonly #realm: string;

  /** @param realm Of the digest server. Hashes serve this realm alone. */
  constructor(realm: string) {
    this.#realm = realm;
  }

  get size(): number {
    return this.#secrets.size;
  }

  has(username: string): boolean {
    return this.#secrets.has(username);
  }

  names(): IterableIterator<string> {
    return this.#secrets.keys();
  }

  /**
   * Takes a list of users (the format is that of {@link parseUsers}) in place of those there were; the names of those who are no more.
   *
   * @param source Name of the list, for messages.
   * @throws {RegistrarError} `REGISTRAR_USERS` when it is malformed; then all stays as it was.
   */
  load(text: string, source: string): string[] {
    const before = this.#secrets;
    this.#secrets = parseUsers(text, source);
    return [...before.keys()].filter((name) => !this.#secrets.has(name));
  }

  /** H(username:realm:password): as it was given, or made of the password the first time that it is asked for. */
  ha1(username: string, realm: string, algorithm: ServerDigestAlgorithm): string | undefined {
    const secrets = this.#secrets.get(username);
    if (!secrets || realm !== this.#realm) return undefined;
    const known = secrets.ha1.get(algorithm);
    if (known !== undefined || secrets.password === undefined) return known;
    const ha1 = computeHa1({ username, password: secrets.password, realm, algorithm });
    secrets.ha1.set(algorithm, ha1);
    return ha1;
  }
}
