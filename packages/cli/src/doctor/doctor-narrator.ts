import type { Terminal } from "../terminal.ts";
import type { Check } from "./check.ts";
import { byImportance, type Finding, type FindingStatus } from "./finding.ts";

/** Tells findings, in words or in JSON. */
export class DoctorNarrator {
  readonly #terminal: Terminal;
  readonly #json: boolean;

  constructor(terminal: Terminal, json: boolean) {
    this.#terminal = terminal;
    this.#json = json;
  }

  /** The findings of one check. */
  tell({ name, title }: Check, findings: readonly Finding[]): void {
    if (this.#json) {
      for (const { code, status, subject = null, text, advice = null, data = {} } of findings)
        this.#terminal.line(JSON.stringify({ type: "Finding", check: name, code, status, subject, text, advice, data }));
      return;
    }
    if (findings.length === 0) return;
    this.#terminal.line(title);
    for (const { status, text } of findings) this.#terminal.line(this.#entry(status, text));
  }

  /** What to see to, and in which order. */
  report(uri: string | undefined, findings: readonly Finding[], durationMs: number): void {
    const [problems, notes] = (["problem", "note"] as const).map((wanted) => findings.filter(({ status }) => status === wanted).length) as [
      number,
      number,
    ];
    const important = byImportance(findings);
    if (this.#json) {
      const codes = important.map(({ code }) => code);
      return this.#terminal.line(JSON.stringify({ type: "DoctorReport", uri: uri ?? null, problems, notes, codes, durationMs }));
    }
    this.#terminal.line("");
    this.#terminal.line(`${verdict(problems, notes)}${[".", ":"][important.length] ?? "; the most important first:"}`);
    for (const { status, text, advice } of important) {
      this.#terminal.line(this.#entry(status, text));
      if (advice !== undefined) this.#terminal.line(this.#indented(`→ ${advice}`));
    }
  }

  #entry(status: FindingStatus, text: string): string {
    const [first = "", ...others] = this.#indented(text).split("\n");
    const mark = this.#terminal.isInteractive ? `${colours[status]}${status}\x1b[0m` : status;
    return [`  ${mark}${first.slice(2 + status.length)}`, ...others].join("\n");
  }

  /** Broken between words where a person reads; for a pipe each entry is one line. */
  #indented(text: string): string {
    const width = this.#terminal.isInteractive ? this.#terminal.columns - indent.length : Infinity;
    const lines: string[] = [];
    let line = "";
    for (const word of text.split(" ")) {
      if (line !== "" && line.length + 1 + word.length > width) {
        lines.push(line);
        line = word;
      } else line = line === "" ? word : `${line} ${word}`;
    }
    return [...lines, line].map((each) => indent + each).join("\n");
  }
}

/** As wide as `  problem  `. */
const indent = " ".repeat(11);
const colours: Readonly<Record<FindingStatus, string>> = { ok: "\x1b[32m", note: "\x1b[33m", problem: "\x1b[31m" };

function verdict(problems: number, notes: number): string {
  if (problems + notes === 0) return "all is well";
  return [counted(problems, "problem"), counted(notes, "note")].filter((text) => text !== "").join(", ");
}

function counted(count: number, what: string): string {
  return count === 0 ? "" : `${count} ${what}${count === 1 ? "" : "s"}`;
}
