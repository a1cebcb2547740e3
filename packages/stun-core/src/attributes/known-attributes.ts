import { AlternateServer, MappedAddress, OtherAddress, XorMappedAddress } from "./addresses.ts";
import { ErrorCode } from "./error-code.ts";
import { PasswordAlgorithm, PasswordAlgorithms } from "./password-algorithms.ts";
import { AlternateDomain, Nonce, Realm, Software, Username } from "./texts.ts";
import { UnknownAttributes } from "./unknown-attributes.ts";
import { Userhash } from "./userhash.ts";

/** The types of RFC 8489 §18.3 and RFC 5780 §7 that are understood; integrity and fingerprint are looked at apart. */
export const knownAttributes: ReadonlySet<number> = new Set(
  [
    MappedAddress,
    XorMappedAddress,
    AlternateServer,
    AlternateDomain,
    OtherAddress,
    ErrorCode,
    PasswordAlgorithm,
    PasswordAlgorithms,
    Nonce,
    Realm,
    Software,
    Username,
    Userhash,
    UnknownAttributes,
  ].map(({ type }) => type),
);

/**
 * What servers of RFC 3489 put into responses, by numbers that are comprehension-required today and reserved for this reason (RFC 8489
 * §18.3.1): SOURCE-ADDRESS, CHANGED-ADDRESS, REFLECTED-FROM. A client passes over them.
 */
export const knownResponseAttributes: ReadonlySet<number> = new Set([...knownAttributes, 0x0004, 0x0005, 0x000b]);
