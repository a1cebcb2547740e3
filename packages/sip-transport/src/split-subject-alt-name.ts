/** One entry of subjectAltName. */
export interface SubjectAltName {
  /** As OpenSSL calls it: `DNS`, `URI`, `IP Address`, `email` … */
  readonly type: string;
  readonly value: string;
}

/** `DNS:a.example, URI:"sip:b\u002c DNS:c"`: type, and a value that is a JSON text where it could be mistaken for something else. */
const entry = /([^:,]+):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/gy;

/**
 * Takes apart the text form of subjectAltName that node:crypto gives. What cannot be told apart for sure gives no names at all: a
 * certificate cannot smuggle a name into the text of another.
 */
export function splitSubjectAltName(text: string): readonly SubjectAltName[] {
  const names: SubjectAltName[] = [];
  entry.lastIndex = 0;
  while (entry.lastIndex < text.length) {
    const match = entry.exec(text);
    if (!match) return [];
    const [, type, value] = match as unknown as [string, string, string];
    try {
      names.push({ type, value: value.startsWith('"') ? (JSON.parse(value) as string) : value });
    } catch {
      return [];
    }
  }
  return names;
}
