import type { ServerDigestAlgorithm } from "@sidetone/dialog-core";
import type { RedirectPolicy } from "@sidetone/registrar-core";

/** The options of `sidetone registrar`. */
export interface RegistrarFlags {
  users: string;
  listen: string[];
  tlsCa?: string[];
  /** One or several, each with its key. */
  tlsCert?: string[];
  tlsKey?: string[];
  tlsClientCerts?: boolean;
  wsOrigin?: string[];
  domain?: string[];
  realm?: string;
  algorithms?: ServerDigestAlgorithm[];
  minExpires?: number;
  maxExpires?: number;
  maxContacts?: number;
  redirect: RedirectPolicy;
  trace?: string;
  json?: boolean;
}
