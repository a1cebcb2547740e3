const tab = 9;
const space = 32;
const zero = 48;
const nine = 57;

/**
 * The fields of a line's value from `start` on.
 *
 * RFC 8866 §5 separates fields by one space; runs of spaces and tabs, and blanks at either end, occur in the field and are accepted.
 */
export function splitFields(text: string, start: number): string[] {
  const fields: string[] = [];
  for (let position = start; position < text.length;) {
    const first = position;
    while (position < text.length && !isBlank(text.charCodeAt(position))) position++;
    if (position > first) fields.push(text.slice(first, position));
    position++;
  }
  return fields;
}

/** Whether `text` is one or more digits. */
export function isDigits(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < zero || code > nine) return false;
  }
  return text.length > 0;
}

/** The decimal number that `text` is, or undefined when it is none or exceeds `max`. Leading zeros are harmless. */
export function parseDecimal(text: string, max: number): number | undefined {
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < zero || code > nine) return undefined;
    value = value * 10 + code - zero;
    if (value > max) return undefined;
  }
  return text.length > 0 ? value : undefined;
}

function isBlank(code: number): boolean {
  return code === space || code === tab;
}
