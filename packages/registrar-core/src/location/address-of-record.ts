import { normaliseAddress } from "@sidetone/infra-common";
import { flat, SipUri, type Uri } from "@sidetone/sip-core";
import { RegistrarError } from "../errors.ts";

/** A user of a domain, under which bindings are kept (RFC 3261 §10.3 step 5). */
export interface AddressOfRecord {
  /** Without escapes. */
  readonly user: string;
  /** In lower case; what every name of the domain stands for. */
  readonly domain: string;
  /** `user@domain`, in one spelling. */
  readonly key: string;
}

/** Which hosts a registrar answers for, and in which spelling it keeps addresses-of-record. */
export class Domains {
  /** Undefined: any host name means the one domain there is. */
  readonly #names: ReadonlySet<string> | undefined;
  readonly #only: string;

  /**
   * @param names Host names and numeric addresses, each a domain of its own. Left out: whatever host a request names is one domain, `any`.
   * @throws {RegistrarError} `REGISTRAR_OPTION` when one cannot be a host.
   */
  constructor(names: readonly string[] | undefined) {
    if (names?.length === 0) throw new RegistrarError("REGISTRAR_OPTION", "domains is empty");
    this.#names = names && new Set(names.map(checkedHost));
    this.#only = "any";
  }

  /** Whether requests to this URI are for this registrar. */
  includes(uri: Uri): boolean {
    return uri instanceof SipUri && (this.#names?.has(canonicalHost(uri.host)) ?? true);
  }

  /**
   * The address-of-record that a URI means: "all URI parameters MUST be removed … any escaped characters MUST be converted to their
   * unescaped form". SIP and SIPS are the same. Undefined without a user, or in a domain of others.
   */
  addressOfRecord(uri: Uri): AddressOfRecord | undefined {
    if (!(uri instanceof SipUri) || !this.includes(uri) || uri.user === undefined) return undefined;
    const user = flat(uri.decodedUser!);
    const domain = this.#names ? flat(canonicalHost(uri.host)) : this.#only;
    return { user, domain, key: `${user}@${domain}` };
  }

  /** The keys that a user has, one for each domain. */
  keysOf(user: string): string[] {
    return [...(this.#names ?? [this.#only])].map((domain) => `${user}@${domain}`);
  }
}

function canonicalHost(host: string): string {
  return host.includes(":") ? normaliseAddress(host) : host.toLowerCase();
}

function checkedHost(name: string): string {
  try {
    return canonicalHost(SipUri.create({ host: name }).host);
  } catch (cause) {
    throw new RegistrarError("REGISTRAR_OPTION", `domains names ${JSON.stringify(name)}, which is no host`, { cause });
  }
}
