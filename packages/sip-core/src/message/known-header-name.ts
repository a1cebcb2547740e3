import { knownHeaders } from "./header-name.ts";

/** One known spelling: a name or a compact form. Index 0 stands for none. */
const spellings: readonly (readonly [lowerName: string, id: number])[] = [["", 0], ...knownHeaders()];
/** The lower-case spellings one after the other, each with its colon. */
const characters = new Uint8Array(4096);
const offsets = new Uint16Array(spellings.length);
const lengths = new Uint8Array(spellings.length);
const ids = new Uint8Array(spellings.length);

/** Spellings with the same four first characters, colon included: the first of a chain, and the next of each. */
const bucketCount = 1024;
const firsts = new Uint8Array(bucketCount);
const nexts = new Uint8Array(spellings.length);

let offset = 0;
for (const [spelling, [lowerName, id]] of spellings.entries()) {
  if (spelling === 0) continue;
  const bytes = Uint8Array.from(`${lowerName}:`, (character) => character.charCodeAt(0));
  characters.set(bytes, offset);
  offsets[spelling] = offset;
  lengths[spelling] = lowerName.length;
  ids[spelling] = id;
  offset += bytes.length;
  const bucket = bucketOf(bytes, 0);
  nexts[spelling] = firsts[bucket]!;
  firsts[bucket] = spelling;
}

/** By the characters up to the colon, four at most. `| 0x20` folds the case of letters and leaves digits, `-` and `:` alone. */
function bucketOf(bytes: Uint8Array, start: number): number {
  const first = bytes[start]! | 0x20;
  const second = bytes[start + 1]!;
  if (second === 0x3a) return first;
  const third = bytes[start + 2]!;
  if (third === 0x3a) return (first * 5 + (second | 0x20)) & (bucketCount - 1);
  return (first * 5 + (second | 0x20) * 27 + (third | 0x20) * 9 + (bytes[start + 3]! | 0x20) * 71) & (bucketCount - 1);
}

/** The spelling, with its colon, that stands at `start`; 0 when it is none that is known. */
export function spellingAt(bytes: Uint8Array, start: number, end: number): number {
  if (start + 4 > end) return 0;
  for (let spelling = firsts[bucketOf(bytes, start)]!; spelling !== 0; spelling = nexts[spelling]!) {
    if (isSpellingAt(bytes, start, end, spelling)) return spelling;
  }
  return 0;
}

function isSpellingAt(bytes: Uint8Array, start: number, end: number, spelling: number): boolean {
  const length = lengths[spelling]!;
  const by = offsets[spelling]! - start;
  const colon = start + length;
  if (colon >= end || bytes[colon] !== 0x3a) return false;
  for (let i = start; i < colon; i++) if ((bytes[i]! | 0x20) !== characters[i + by]) return false;
  return true;
}

/** The number of the name. */
export function idOfSpelling(spelling: number): number {
  return ids[spelling]!;
}

/** How many characters it has, without the colon. */
export function lengthOfSpelling(spelling: number): number {
  return lengths[spelling]!;
}
