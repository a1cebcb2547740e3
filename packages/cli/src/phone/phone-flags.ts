import type { AudioFlags } from "../audio-flags.ts";
import type { SettingsFlags } from "../settings/read-settings.ts";

/** The options of `sidetone phone`. */
export interface PhoneFlags extends AudioFlags, Omit<SettingsFlags, "account"> {
  /** False: no account registers at the start. */
  register?: boolean;
  echo?: boolean;
  /** A file, or a folder for a file per call. */
  record?: string;
  stopOnError?: boolean;
  trace?: string;
  json?: boolean;
}
