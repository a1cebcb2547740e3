import { scanBytes } from "./scan-buffer.ts";

const bytes = scanBytes;

/** The methods of the IANA registry, each in a slot of its own. */
const slots = Array<string>(64).fill("");
for (const method of "INVITE ACK BYE CANCEL OPTIONS REGISTER PRACK UPDATE INFO REFER MESSAGE SUBSCRIBE NOTIFY PUBLISH".split(" ")) {
  slots[slotOf(method.charCodeAt(0), method.charCodeAt(2), method.length)] = method;
}

function slotOf(first: number, third: number, length: number): number {
  return (first * 3 + third * 5 + length * 7) & 63;
}

/**
 * The method that stands at `start` … `end` of the scan buffer and of `text`: for a known one always the same string, so that comparing
 * it is comparing a pointer.
 */
export function methodAt(text: string, start: number, end: number): string {
  const method = slots[slotOf(bytes[start]!, bytes[start + 2]!, end - start)]!;
  return method.length === end - start && isAt(method, start) ? method : text.slice(start, end);
}

function isAt(method: string, start: number): boolean {
  for (let i = 0; i < method.length; i++) if (bytes[start + i] !== method.charCodeAt(i)) return false;
  return true;
}
