import { findingKinds, type FindingCode } from "./finding-kinds.ts";

/** `ok`: as it should be. `note`: works, and is worth knowing. `problem`: calls or registrations will fail, or do. */
export type FindingStatus = "ok" | "note" | "problem";

/** What a check found out, in words for a person and in figures for a program. */
export interface Finding {
  /** Stable; docs/guide/troubleshooting.md has an entry for each. */
  readonly code: FindingCode;
  readonly status: FindingStatus;
  /** What it is about, where there may be several: a server, a port, a codec. */
  readonly subject?: string | undefined;
  /** A sentence, without the full stop. */
  readonly text: string;
  /** What to do about it. Every note and every problem has some. */
  readonly advice?: string | undefined;
  /** The figures of the sentence, with their units in their names. */
  readonly data?: Readonly<Record<string, unknown>> | undefined;
}

/** A finding of the status that its code has. */
export function finding(
  code: FindingCode,
  text: string,
  { subject, advice, data }: Pick<Finding, "subject" | "advice" | "data"> = {},
): Finding {
  return { code, status: findingKinds[code], subject, text, advice, data };
}

const ranks: ReadonlyMap<string, number> = new Map(Object.keys(findingKinds).map((code, rank) => [code, rank]));

/** What needs attention, the most important first. */
export function byImportance(findings: readonly Finding[]): Finding[] {
  const rankOf = ({ code }: Finding): number => ranks.get(code) ?? 0;
  return findings.filter(({ status }) => status !== "ok").sort((one, other) => rankOf(one) - rankOf(other));
}
