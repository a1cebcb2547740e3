import { knownHeaders } from "./header-name.ts";
import { scanBytes, scanWords } from "./scan-buffer.ts";

const bytes = scanBytes;
const words = scanWords;

/** Names as they are usually written (canonical, in lower and in upper case) and compact forms, with their colon. 0 stands for none. */
const spellings: string[] = [""];
const ids: number[] = [0];
for (const [name, id] of knownHeaders()) {
  for (const spelling of new Set([name, name.toLowerCase(), name.toUpperCase()])) {
    spellings.push(`${spelling}:`);
    ids.push(id);
  }
}
const spellingIds = Uint8Array.from(ids);
const spellingLengths = Uint8Array.from(spellings, (spelling) => spelling.length);

/** Each spelling as words of four bytes, what is left of the last one being zero and masked out. */
const wordsPerSpelling = 8;
const spellingWords = new Int32Array(spellings.length * wordsPerSpelling);
const lastMasks = new Int32Array(spellings.length);
/** Spellings whose first words have the same hash: the first of a chain, and the next of each. */
const bucketBits = 10;
const firsts = new Uint16Array(1 << bucketBits);
const nexts = new Uint16Array(spellings.length);

for (let spelling = spellings.length - 1; spelling > 0; spelling--) {
  const text = spellings[spelling]!;
  for (let i = 0; i < text.length; i++) {
    const shift = 24 - 8 * (i & 3);
    spellingWords[spelling * wordsPerSpelling + (i >> 2)]! |= text.charCodeAt(i) << shift;
    lastMasks[spelling] = -1 << shift;
  }
  const bucket = bucketOf(spellingWords[spelling * wordsPerSpelling]!);
  nexts[spelling] = firsts[bucket]!;
  firsts[bucket] = spelling;
}

function bucketOf(firstWord: number): number {
  return Math.imul(firstWord, 0x9e3779b1) >>> (32 - bucketBits);
}

/** The known spelling of a name, with its colon, that stands at `start`; 0 when there is none. */
export function spellingAt(start: number): number {
  let firstWord = words.getInt32(start);
  // A name of one or two letters: the rest of the word is no part of it.
  if (bytes[start + 1] === 0x3a) firstWord &= 0xffff0000;
  else if (bytes[start + 2] === 0x3a) firstWord &= 0xffffff00;
  for (let spelling = firsts[bucketOf(firstWord)]!; spelling !== 0; spelling = nexts[spelling]!) {
    if (isSpellingAt(start, spelling)) return spelling;
  }
  return 0;
}

function isSpellingAt(start: number, spelling: number): boolean {
  let at = start;
  let word = spelling * wordsPerSpelling;
  for (let left = spellingLengths[spelling]!; left > 4; left -= 4, at += 4, word++) {
    if (words.getInt32(at) !== spellingWords[word]) return false;
  }
  return (words.getInt32(at) & lastMasks[spelling]!) === spellingWords[word];
}

/** The number of the name. */
export function idOfSpelling(spelling: number): number {
  return spellingIds[spelling]!;
}

/** How many bytes it has, with the colon. */
export function lengthOfSpelling(spelling: number): number {
  return spellingLengths[spelling]!;
}
