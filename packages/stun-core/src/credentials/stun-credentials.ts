import { StunError } from "../stun-error.ts";
import type { IntegrityAttribute } from "../message/closing-attributes.ts";
import { opaqueString } from "./opaque-string.ts";

/** A user name and password known to both for a short time, as ICE has them (RFC 8489 §9.1). */
export interface ShortTermCredentials {
  readonly type: "shortTerm";
  readonly username: string;
  readonly password: string;
  /**
   * Which attribute both sides are known to understand; ICE takes MESSAGE-INTEGRITY. Default: both are sent, and from then on the one that
   * the server answered with.
   */
  readonly integrity?: IntegrityAttribute;
}

/** The account of a user at a server that challenges (RFC 8489 §9.2). */
export interface LongTermCredentials {
  readonly type: "longTerm";
  readonly username: string;
  readonly password: string;
  /** The only realm that may ask for them. Default: the server's, whatever it is. */
  readonly realm?: string;
}

export type StunCredentials = ShortTermCredentials | LongTermCredentials;

/** The same with user name and password prepared. @throws {StunError} `STUN_OPTION_INVALID` */
export function prepareCredentials<Credentials extends StunCredentials>(credentials: Credentials): Credentials {
  if (credentials.type !== "shortTerm" && credentials.type !== "longTerm") {
    throw new StunError(
      "STUN_OPTION_INVALID",
      `credentials are shortTerm or longTerm, not ${JSON.stringify((credentials as StunCredentials).type)}`,
    );
  }
  const username = opaqueString(credentials.username, "the user name");
  if (Buffer.byteLength(username) > 508) throw new StunError("STUN_OPTION_INVALID", "the user name is longer than 508 bytes");
  return { ...credentials, username, password: opaqueString(credentials.password, "the password") };
}
