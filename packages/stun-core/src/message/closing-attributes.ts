/** MESSAGE-INTEGRITY is HMAC-SHA1 (RFC 8489 §14.5), MESSAGE-INTEGRITY-SHA256 is HMAC-SHA256 (§14.6). */
export type IntegrityAttribute = "MESSAGE-INTEGRITY" | "MESSAGE-INTEGRITY-SHA256";

/** The types of the attributes that close a message, since they are made of all that precedes them. */
export const integrityTypes: Readonly<Record<IntegrityAttribute, number>> = {
  "MESSAGE-INTEGRITY": 0x0008,
  "MESSAGE-INTEGRITY-SHA256": 0x001c,
};

/** FINGERPRINT (RFC 8489 §14.7). */
export const fingerprintType = 0x8028;
