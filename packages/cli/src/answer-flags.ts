import type { AudioFlags } from "./audio-flags.ts";
import type { SettingsFlags } from "./settings/read-settings.ts";

/** The options of `sidetone answer`. */
export interface AnswerFlags extends AudioFlags, SettingsFlags {
  echo?: boolean;
  record?: string;
  maxCalls?: number;
  ring?: number;
  trace?: string;
  json?: boolean;
}
