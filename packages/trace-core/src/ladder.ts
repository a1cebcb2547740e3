import { summarize } from "./summary.ts";
import type { WireEntry } from "./wire-entry.ts";

export interface LadderOptions {
  /** Names for participants, by `host:port`. */
  names?: Readonly<Record<string, string>>;
  /** Characters between two participants. Default: what the longest arrow text needs, 34 at least. */
  columnWidth?: number;
}

/**
 * Draws the entries as a ladder: a column per participant in order of appearance, an arrow per message, time in seconds.
 *
 * A message repeated byte for byte on the same way is marked as retransmission.
 */
export function drawLadder(entries: readonly WireEntry[], options: LadderOptions = {}): string {
  if (entries.length === 0) return "(no messages)";
  const participants = [...new Set(entries.flatMap((entry) => [entry.from, entry.to]))];
  const labels = captions(entries);
  const width = options.columnWidth ?? Math.max(34, ...labels.map((label) => label.length + 8));
  const drawing: Drawing = { columns: new Map(participants.map((name, index) => [name, index])), width };
  const names = participants.map((participant) => options.names?.[participant] ?? "");
  return [
    ...(names.some((name) => name !== "") ? [header("", names, width)] : []),
    header("time", participants, width),
    ...entries.map((entry, index) => timeText(entry.atMs) + arrow(entry, labels[index]!, drawing)),
  ]
    .map((line) => line.trimEnd())
    .join("\n");
}

interface Drawing {
  readonly columns: ReadonlyMap<string, number>;
  readonly width: number;
}

const margin = 10;
const timeText = (atMs: number): string => (atMs / 1000).toFixed(3).padStart(margin - 2) + "  ";

function header(first: string, names: readonly string[], width: number): string {
  return first.padStart(margin - 2) + "  " + names.map((name) => name.padEnd(width)).join("");
}

function captions(entries: readonly WireEntry[]): string[] {
  const seen = new Set<string>();
  return entries.map((entry) => {
    const key = `${entry.from} ${entry.to} ${entry.text}`;
    const repeated = seen.has(key);
    seen.add(key);
    return summarize(entry.text) + (repeated ? " (retransmission)" : "") + (entry.dropped === undefined ? "" : ` ✗ ${entry.dropped}`);
  });
}

function arrow(entry: WireEntry, label: string, { columns, width }: Drawing): string {
  const from = columns.get(entry.from)!;
  const to = columns.get(entry.to)!;
  const rails = [...columns.keys()].map(() => "│".padEnd(width)).join("");
  if (from === to) return `${rails.slice(0, from * width)}├─ ${label}`;
  const left = Math.min(from, to) * width;
  const span = Math.abs(to - from) * width - 1;
  const room = span - 4;
  const text = ` ${label.length > room ? label.slice(0, room - 1) + "…" : label} `;
  const before = Math.floor((span - 1 - text.length) / 2);
  const line = "─".repeat(before) + text + "─".repeat(span - 1 - before - text.length);
  const drawn = to > from ? `${line}▶` : `◀${line}`;
  return rails.slice(0, left + 1) + drawn + rails.slice(left + 1 + span);
}
