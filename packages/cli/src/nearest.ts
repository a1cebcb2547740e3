/** The candidate that `word` was probably meant to be: at most a third of it is wrong. Undefined when it is like none. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const typed = word.toLowerCase();
  let best: string | undefined;
  let smallest = Math.max(1, Math.floor(typed.length / 3));
  for (const candidate of candidates) {
    const steps = typingSteps(typed, candidate.toLowerCase());
    if (steps > smallest || (steps === smallest && best !== undefined)) continue;
    best = candidate;
    smallest = steps;
  }
  return best;
}

/** `; did you mean hold?`, or nothing. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const meant = nearest(word, candidates);
  return meant === undefined ? "" : `; did you mean ${meant}?`;
}

/** How many letters are to be typed, left out, replaced, or exchanged with their neighbour, to come from one word to the other. */
function typingSteps(from: string, to: string): number {
  let before: number[] = [];
  let above = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const isSame = from[row - 1] === to[column - 1];
      let steps = Math.min(above[column]! + 1, current[column - 1]! + 1, above[column - 1]! + (isSame ? 0 : 1));
      const isExchanged = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (isExchanged) steps = Math.min(steps, before[column - 2]! + 1);
      current.push(steps);
    }
    before = above;
    above = current;
  }
  return above[to.length]!;
}
