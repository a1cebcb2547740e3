import { Parameters } from "../grammar/parameters.ts";
import { headerSyntax } from "../grammar/parameter-syntax.ts";
import { TOKEN } from "../grammar/character-class.ts";
import { ViaParm } from "../headers/via.ts";
import { skipBytes } from "./byte-class.ts";
import * as header from "./header-name.ts";
import type { MessageHead } from "./message-head.ts";
import { methodAt } from "./method.ts";
import { OrdinaryShapes } from "./ordinary-shapes.ts";

/** Used within one call at a time. */
const shapes = new OrdinaryShapes();

/**
 * Validates the value between `start` and `lineEnd` (after its CRLF) if it has its ordinary shape, and notes what the message asks of it.
 * False leaves it to the codec.
 */
export function checkOrdinaryField(head: MessageHead, bytes: Uint8Array, id: number, valueStart: number, lineEnd: number): boolean {
  if (bytes[lineEnd - 2] !== 0x0d) return false;
  let start = valueStart;
  let end = lineEnd - 2;
  while (start < end && bytes[start] === 0x20) start++;
  while (end > start && bytes[end - 1] === 0x20) end--;
  switch (id) {
    case header.VIA:
      return checkVia(head, bytes, start, end);
    case header.FROM:
      if (!shapes.isAddress(bytes, start, end)) return false;
      head.fromTag = wanted(head.text);
      return true;
    case header.TO:
      if (!shapes.isAddress(bytes, start, end)) return false;
      head.toTag = wanted(head.text);
      return true;
    case header.CONTACT:
      return shapes.isAddress(bytes, start, end);
    case header.CALL_ID:
      if (start === end || !isVisible(bytes, start, end)) return false;
      head.callId = head.text.slice(start, end);
      return true;
    case header.CSEQ:
      return checkCSeq(head, bytes, start, end);
    case header.MAX_FORWARDS: {
      const hops = numberAt(bytes, start, end);
      return hops >= 0 && hops <= 255;
    }
    case header.CONTENT_LENGTH:
      head.contentLength = numberAt(bytes, start, end);
      return head.contentLength >= 0;
    case header.CONTENT_TYPE:
      return shapes.isMediaType(bytes, start, end);
    default:
      // Require, Proxy-Require, Content-Encoding, Content-Disposition: one token.
      return start < end && skipBytes(bytes, start, end, TOKEN) === end;
  }
}

function checkVia(head: MessageHead, bytes: Uint8Array, start: number, end: number): boolean {
  if (!shapes.isVia(bytes, start, end)) return false;
  if (head.topVia === undefined) {
    const { text } = head;
    const { transportEnd, hostStart, hostEnd, port, parametersStart } = shapes;
    const transport = transportAt(text, start + 8, transportEnd);
    const parameters = new Parameters(text.slice(parametersStart, end), headerSyntax);
    head.topVia = new ViaParm("SIP", "2.0", transport, text.slice(hostStart, hostEnd), port === 0 ? undefined : port, parameters);
  }
  return true;
}

function checkCSeq(head: MessageHead, bytes: Uint8Array, start: number, end: number): boolean {
  let i = start;
  let sequenceNumber = 0;
  for (; i < end; i++) {
    const digit = bytes[i]! - 0x30;
    if (digit < 0 || digit > 9) break;
    sequenceNumber = sequenceNumber * 10 + digit;
  }
  const methodStart = i + 1;
  if (i === start || i >= end || bytes[i] !== 0x20 || sequenceNumber > 0x7fffffff) return false;
  if (methodStart >= end || skipBytes(bytes, methodStart, end, TOKEN) !== end) return false;
  head.sequenceNumber = sequenceNumber;
  head.cseqMethod = methodAt(head.text, methodStart, end);
  return true;
}

/** The value of the parameter that `shapes` looked for. */
function wanted(text: string): string | undefined {
  return shapes.wantedStart < 0 ? undefined : text.slice(shapes.wantedStart, shapes.wantedEnd);
}

/** At most nine digits, or −1. */
function numberAt(bytes: Uint8Array, start: number, end: number): number {
  if (start === end || end - start > 9) return -1;
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = bytes[i]! - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

function isVisible(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i]! <= 0x20 || bytes[i]! >= 0x7f) return false;
  return true;
}

/** The transport's name in upper case, as one string for the usual ones. */
function transportAt(text: string, start: number, end: number): string {
  if (end - start === 3) for (const name of usualTransports) if (text.startsWith(name, start)) return name;
  return text.slice(start, end).toUpperCase();
}

const usualTransports = ["UDP", "TCP", "TLS", "WSS"];
