import type { AudioFlags } from "./audio-flags.ts";

/** The options of `sidetone answer`. */
export interface AnswerFlags extends AudioFlags {
  listen: string;
  echo?: boolean;
  record?: string;
  maxCalls?: number;
  ring?: number;
  codecs?: string[];
  trace?: string;
  json?: boolean;
}
