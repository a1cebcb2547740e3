import type { Phone } from "./phone.ts";
import { wordsOf, type Word } from "./parse-line.ts";
import { findVerb, verbs } from "./phone-verbs.ts";

/** What the word that is being typed may become, and that word: as node:readline asks for it. */
export function completeLine(phone: Phone, line: string): [candidates: string[], replaced: string] {
  const words = attempt(() => wordsOf(line));
  if (!words) return [[], line];
  const last = words.at(-1);
  const open: Word | undefined = last?.isOpen ? last : undefined;
  const before = (open ? words.slice(0, -1) : words).map(({ text }) => text);
  const typed = open?.text ?? "";
  const replaced = open ? line.slice(open.start) : "";
  const found = candidates(phone, before, typed).filter((candidate) => candidate.toLowerCase().startsWith(typed.toLowerCase()));
  // Nothing more can be typed behind a folder's slash but its files.
  return [found.map((candidate) => written(candidate) + (found.length > 1 || candidate.endsWith("/") ? "" : " ")), replaced];
}

function candidates(phone: Phone, before: readonly string[], typed: string): readonly string[] {
  const [name, ...args] = before;
  if (name === undefined) return Object.keys(verbs);
  return attempt(() => findVerb(name))?.[1].complete?.(phone, args, typed) ?? [];
}

/** As it has to be typed. */
function written(text: string): string {
  return text.replace(/[\s"'\\]/g, "\\$&");
}

/** What is not complete is not wrong yet. */
function attempt<Result>(body: () => Result): Result | undefined {
  try {
    return body();
  } catch {
    return undefined;
  }
}
