/** The methods of the IANA registry. */
const known = [
  "INVITE",
  "ACK",
  "BYE",
  "CANCEL",
  "OPTIONS",
  "REGISTER",
  "PRACK",
  "UPDATE",
  "INFO",
  "REFER",
  "MESSAGE",
  "SUBSCRIBE",
  "NOTIFY",
  "PUBLISH",
];
const byLength: string[][] = [];
for (const method of known) (byLength[method.length] ??= []).push(method);

/** The method that stands at `start` … `end`: for a known one always the same string, so that comparing it is comparing a pointer. */
export function methodAt(text: string, start: number, end: number): string {
  const candidates = byLength[end - start];
  if (candidates) for (const method of candidates) if (text.startsWith(method, start)) return method;
  return text.slice(start, end);
}
