import type { Random } from "@sidetone/infra-common";

/** Text that parsers have tripped over. */
const nasty = [
  "",
  "\0",
  "\r\n",
  "\r\n\r\n",
  " ",
  "\t",
  ",",
  ";",
  '"',
  "<>",
  "%",
  "%00",
  "-1",
  "0",
  "4294967296",
  "99999999999999999999",
  "1e9",
  "NaN",
  "__proto__",
  "constructor",
  "z9hG4bK",
  "\xff\xfe\x80",
  "*",
  "[::",
  "sip:",
  "a".repeat(3000),
  "(".repeat(500),
  "SIP/7.0",
  "IN IP4 0.0.0.0",
  "multipart/mixed;boundary=x",
];

type Mutation = (message: string, random: Random) => string;

const mutations: readonly Mutation[] = [
  // One character becomes another, leaves, or comes in.
  (message, random) => splice(message, below(random, message.length), 1, String.fromCharCode(below(random, 256))),
  (message, random) => splice(message, below(random, message.length), 1 + below(random, 8), ""),
  (message, random) => splice(message, below(random, message.length), 0, pick(random, nasty)),
  // A line leaves, comes twice, or moves.
  (message, random) => lines(message, (all, at) => void all.splice(at, 1), random),
  (message, random) => lines(message, (all, at) => void all.splice(at, 0, ...Array<string>(1 + below(random, 200)).fill(all[at]!)), random),
  (message, random) => lines(message, (all, at) => void all.splice(below(random, all.length), 0, ...all.splice(at, 1)), random),
  // A value, a word or a number becomes something else.
  (message, random) => lines(message, (all, at) => void (all[at] = all[at]!.replace(/([:=]).*/, `$1${pick(random, nasty)}`)), random),
  (message, random) => words(message, /[A-Za-z0-9.-]+/g, pick(random, nasty), random),
  (message, random) => words(message, /\d+/g, pick(random, nasty), random),
  // The end is missing, or there is more.
  (message, random) => message.slice(0, below(random, message.length)),
  (message, random) => message + message.slice(below(random, message.length)),
];

/** `message` (as latin1) with a few anomalies. */
export function mutateMessage(message: string, random: Random): string {
  let mutated = message;
  for (let count = 1 + below(random, 3); count > 0; count--) mutated = pick(random, mutations)(mutated, random);
  return mutated.slice(0, 60_000);
}

export function below(random: Random, limit: number): number {
  return Math.floor(random.float() * limit);
}

export function pick<Item>(random: Random, items: readonly Item[]): Item {
  return items[below(random, items.length)]!;
}

function splice(text: string, at: number, count: number, put: string): string {
  return text.slice(0, at) + put + text.slice(at + count);
}

function lines(message: string, change: (all: string[], at: number) => void, random: Random): string {
  const all = message.split("\r\n");
  change(all, below(random, all.length));
  return all.join("\r\n");
}

function words(message: string, pattern: RegExp, put: string, random: Random): string {
  const found = [...message.matchAll(pattern)];
  if (found.length === 0) return message;
  const { index, 0: word } = pick(random, found);
  return splice(message, index, word.length, put);
}
