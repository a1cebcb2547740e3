import { RegistrarError } from "../errors.ts";

/** How long bindings last, and how many there may be. */
export interface RegistrationLimits {
  /** A shorter interval is refused with 423 (RFC 3261 §10.3 step 7); at most 3600. Default 60. */
  readonly minExpiresSeconds: number;
  /** A longer interval is shortened. Default 7200. */
  readonly maxExpiresSeconds: number;
  /** For a contact that asks for none. Default 3600. */
  readonly defaultExpiresSeconds: number;
  /** Bindings of one address-of-record; a REGISTER that would exceed it is refused with 403. Default 10. */
  readonly bindingsPerAddress: number;
  /** Bindings in all; a REGISTER that would exceed it is refused with 503 and Retry-After. Default 1,000,000. */
  readonly bindings: number;
  /** Characters of one binding: contact, parameters, path, Call-ID. One that is larger is refused with 513. Default 4096. */
  readonly bindingCharacters: number;
}

export const defaultRegistrationLimits: RegistrationLimits = {
  minExpiresSeconds: 60,
  maxExpiresSeconds: 7200,
  defaultExpiresSeconds: 3600,
  bindingsPerAddress: 10,
  bindings: 1_000_000,
  bindingCharacters: 4096,
};

/** The limits with their defaults. @throws {RegistrarError} `REGISTRAR_OPTION` */
export function registrationLimits(limits: Partial<RegistrationLimits> = {}): RegistrationLimits {
  const filled = { ...defaultRegistrationLimits, ...limits };
  // A registrar for a short time has a short default too, unless it was given one.
  if (limits.defaultExpiresSeconds === undefined) {
    const { minExpiresSeconds, maxExpiresSeconds, defaultExpiresSeconds } = filled;
    filled.defaultExpiresSeconds = Math.max(minExpiresSeconds, Math.min(maxExpiresSeconds, defaultExpiresSeconds));
  }
  for (const [name, value] of Object.entries(filled)) {
    if (!Number.isInteger(value) || value < 1) throw new RegistrarError("REGISTRAR_OPTION", `${name} cannot be ${value}`);
  }
  const { minExpiresSeconds, maxExpiresSeconds, defaultExpiresSeconds } = filled;
  // "… greater than zero AND smaller than one hour AND less than a registrar-configured minimum" (RFC 3261 §10.3 step 7)
  if (minExpiresSeconds > 3600) throw new RegistrarError("REGISTRAR_OPTION", "minExpiresSeconds cannot be more than 3600");
  if (minExpiresSeconds > defaultExpiresSeconds || defaultExpiresSeconds > maxExpiresSeconds) {
    throw new RegistrarError("REGISTRAR_OPTION", "minExpiresSeconds, defaultExpiresSeconds and maxExpiresSeconds are not in this order");
  }
  return filled;
}
