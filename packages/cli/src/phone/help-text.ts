import { audioNote } from "./audio-note.ts";
import type { Verb } from "./verb.ts";
import { waitStates } from "./wait-for.ts";

/** What verbs do; of a single one the examples too. */
export function helpText(groups: Readonly<Record<string, Readonly<Record<string, Verb>>>>): string {
  const all = Object.values(groups).flatMap((group) => Object.entries(group));
  if (all.length === 1) return detail(...all[0]!);
  const width = Math.max(...all.map(([name, verb]) => usage(name, verb).length));
  const list = Object.entries(groups).flatMap(([title, group]) => [
    title,
    ...Object.entries(group).map(([name, verb]) => `  ${usage(name, verb).padEnd(width)}  ${verb.does}`),
  ]);
  return [...list, audioNote].join("\n");
}

function detail(name: string, verb: Verb): string {
  const { aliases = [], examples = [], does } = verb;
  return [
    `${usage(name, verb)}: ${does}`,
    ...examples.map((example) => `  ${example}`),
    ...(name === "wait" ? Object.entries(waitStates).map(([state, { means }]) => `  ${state.padEnd(12)}  ${means}`) : []),
    ...(aliases.length > 0 ? [`the same: ${aliases.join(", ")}`] : []),
  ].join("\n");
}

const usage = (name: string, { takes }: Verb): string => (takes === undefined ? name : `${name} ${takes}`);
