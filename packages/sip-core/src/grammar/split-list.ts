/**
 * Splits a comma list into its elements, in order and trimmed (RFC 3261 §7.3.1). A comma inside a quoted-string or
 * between `<` and `>` belongs to its element; empty elements are dropped. What a quote or bracket leaves open reaches to the end.
 * Linear in the length of the text.
 */
export function splitList(text: string): string[] {
  const elements: string[] = [];
  let start = 0;
  let inBrackets = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x22 && !inBrackets) {
      i = closingQuote(text, i);
    } else if (code === 0x3c) {
      inBrackets = true;
    } else if (code === 0x3e) {
      inBrackets = false;
    } else if (code === 0x2c && !inBrackets) {
      pushTrimmed(elements, text, start, i);
      start = i + 1;
    }
  }
  pushTrimmed(elements, text, start, text.length);
  return elements;
}

/** The index of the quote that closes the one at `start`, or of the last character. */
function closingQuote(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x22) return i;
    if (code === 0x5c) i++;
  }
  return text.length - 1;
}

function pushTrimmed(elements: string[], text: string, start: number, end: number): void {
  const element = text.slice(start, end).trim();
  if (element !== "") elements.push(element);
}
