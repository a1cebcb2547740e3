import { channel, type Channel } from "node:diagnostics_channel";

/** What is published on `sidetone:sip:malformed-field`. */
export interface MalformedField {
  /** Canonical name. */
  readonly header: string;
  /** The value as received. */
  readonly value: string;
  readonly error: unknown;
}

const malformedField: Channel = channel("sidetone:sip:malformed-field");

/** Tells whoever traces that a field was read as absent because it is malformed. Costs nothing without a subscriber. */
export function traceMalformedField(header: string, value: string, error: unknown): void {
  if (malformedField.hasSubscribers) malformedField.publish({ header, value, error } satisfies MalformedField);
}
