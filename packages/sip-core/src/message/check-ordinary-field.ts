import { TOKEN } from "../grammar/character-class.ts";
import { Parameters } from "../grammar/parameters.ts";
import { headerSyntax } from "../grammar/parameter-syntax.ts";
import { ViaParm } from "../headers/via.ts";
import { isBlank, skipBytes } from "./byte-class.ts";
import * as header from "./header-name.ts";
import type { MessageHead } from "./message-head.ts";
import { methodAt } from "./method.ts";
import { endOfAddress, endOfMediaType, endOfVia, found } from "./ordinary-shapes.ts";

/**
 * Validates the value that begins at `start`, if it has its ordinary shape, and notes what the message asks of it. The index after the
 * field's CRLF, or 0: then its codec must judge.
 */
export function checkOrdinaryField(head: MessageHead, bytes: Uint8Array, id: number, start: number): number {
  const length = head.text.length;
  const valueEnd = endOfValue(bytes, id, start, length);
  // The line ends here, and the next one does not continue it.
  const isWhole =
    valueEnd > start && valueEnd + 1 < length && bytes[valueEnd] === 0x0d && bytes[valueEnd + 1] === 0x0a && !isBlank(bytes[valueEnd + 2]);
  return isWhole && note(head, bytes, id, start, valueEnd) ? valueEnd + 2 : 0;
}

function endOfValue(bytes: Uint8Array, id: number, start: number, end: number): number {
  switch (id) {
    case header.VIA:
      return endOfVia(bytes, start, end);
    case header.FROM:
    case header.TO:
    case header.CONTACT:
      return endOfAddress(bytes, start, end);
    case header.CALL_ID:
      return endOfVisible(bytes, start, end);
    case header.CSEQ: {
      const numberEnd = endOfDigits(bytes, start, end);
      return numberEnd > start && bytes[numberEnd] === 0x20 ? skipBytes(bytes, numberEnd + 1, end, TOKEN) : 0;
    }
    case header.MAX_FORWARDS:
    case header.CONTENT_LENGTH:
      return endOfDigits(bytes, start, end);
    case header.CONTENT_TYPE:
      return endOfMediaType(bytes, start, end);
    default:
      // Require, Proxy-Require, Content-Encoding, Content-Disposition: one token.
      return skipBytes(bytes, start, end, TOKEN);
  }
}

/** False when the value is of the right shape and yet wrong. */
function note(head: MessageHead, bytes: Uint8Array, id: number, start: number, end: number): boolean {
  const { text } = head;
  switch (id) {
    case header.VIA:
      head.topVia ??= viaOf(text, start, end);
      return true;
    case header.FROM:
      head.fromTag = wanted(text);
      return true;
    case header.TO:
      head.toTag = wanted(text);
      return true;
    case header.CALL_ID:
      head.callId = text.slice(start, end);
      return true;
    case header.CSEQ: {
      const numberEnd = endOfDigits(bytes, start, end);
      head.sequenceNumber = numberAt(bytes, start, numberEnd);
      head.cseqMethod = methodAt(text, numberEnd + 1, end);
      return numberEnd + 1 < end && head.sequenceNumber <= 0x7fffffff;
    }
    case header.MAX_FORWARDS:
      return numberAt(bytes, start, end) <= 255;
    case header.CONTENT_LENGTH:
      head.contentLength = numberAt(bytes, start, end);
      return head.contentLength < 0xffffffff;
    default:
      return true;
  }
}

function viaOf(text: string, start: number, end: number): ViaParm {
  const { transportEnd, hostEnd, port, parametersStart } = found;
  const host = text.slice(transportEnd + 1, hostEnd);
  const parameters = new Parameters(text.slice(parametersStart, end), headerSyntax);
  return new ViaParm("SIP", "2.0", transportAt(text, start + 8, transportEnd), host, port === 0 ? undefined : port, parameters);
}

/** The value of the tag that was found. */
function wanted(text: string): string | undefined {
  return found.wantedStart < 0 ? undefined : text.slice(found.wantedStart, found.wantedEnd);
}

function endOfVisible(bytes: Uint8Array, start: number, end: number): number {
  let i = start;
  while (i < end && bytes[i]! > 0x20 && bytes[i]! < 0x7f) i++;
  return i;
}

function endOfDigits(bytes: Uint8Array, start: number, end: number): number {
  let i = start;
  while (i < end && bytes[i]! >= 0x30 && bytes[i]! <= 0x39) i++;
  return i;
}

function numberAt(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let i = start; i < end; i++) value = value * 10 + bytes[i]! - 0x30;
  return value;
}

/** The transport's name in upper case: for the usual ones always the same string. */
function transportAt(text: string, start: number, end: number): string {
  if (end - start === 3) for (const name of usualTransports) if (text.startsWith(name, start)) return name;
  return text.slice(start, end).toUpperCase();
}

const usualTransports = ["UDP", "TCP", "TLS", "WSS"];
