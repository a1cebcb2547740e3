import * as characterClass from "../grammar/character-class.ts";
import { Parameters } from "../grammar/parameters.ts";
import { headerSyntax } from "../grammar/parameter-syntax.ts";
import { ViaParm } from "../headers/via.ts";
import * as byteClass from "./byte-class.ts";
import * as headerName from "./header-name.ts";
import type { MessageHead } from "./message-head.ts";
import { methodAt } from "./method.ts";
import * as ordinaryShapes from "./ordinary-shapes.ts";
import { scanBytes, scanWords } from "./scan-buffer.ts";

const bytes = scanBytes;
const words = scanWords;
const { TOKEN } = characterClass;
const { isBlank, skipBytes } = byteClass;
const { endOfAddress, endOfDigits, endOfMediaType, endOfVia, endOfVisible, found } = ordinaryShapes;
const { VIA, FROM, TO, CONTACT, CALL_ID, CSEQ, MAX_FORWARDS, CONTENT_LENGTH, CONTENT_TYPE } = headerName;

/**
 * Validates the value that begins at `start` of the scan buffer, if it has its ordinary shape, and notes what the message asks of it.
 * The index after the field's CRLF, or 0: then its codec must judge.
 */
export function checkOrdinaryField(head: MessageHead, id: number, start: number): number {
  switch (id) {
    case VIA:
      return checkVia(head, start);
    case FROM:
    case TO:
    case CONTACT:
      return checkAddress(head, id, start);
    case CALL_ID: {
      const end = endOfVisible(start);
      head.callId = head.text.slice(start, end);
      return endOfLine(start, end);
    }
    case CSEQ:
      return checkCSeq(head, start);
    case MAX_FORWARDS: {
      const end = endOfDigits(start);
      return numberAt(start, end) <= 255 ? endOfLine(start, end) : 0;
    }
    case CONTENT_LENGTH: {
      const end = endOfDigits(start);
      head.contentLength = numberAt(start, end);
      return head.contentLength <= 0xffffffff ? endOfLine(start, end) : 0;
    }
    case CONTENT_TYPE:
      return endOfLine(start, endOfMediaType(start));
    default:
      // Require, Proxy-Require, Content-Encoding, Content-Disposition: one token.
      return endOfLine(start, skipBytes(start, TOKEN));
  }
}

/** The index after the CRLF at `end`, if the value is not empty and the next line does not continue it; 0 otherwise. */
function endOfLine(start: number, end: number): number {
  return end > start && bytes[end] === 0x0d && bytes[end + 1] === 0x0a && !isBlank(bytes[end + 2]!) ? end + 2 : 0;
}

function checkVia(head: MessageHead, start: number): number {
  const end = endOfVia(start);
  const lineEnd = endOfLine(start, end);
  if (lineEnd > 0 && head.topVia === undefined) {
    const { text } = head;
    const { transportEnd, hostEnd, port, hostportEnd } = found;
    const transport = transportAt(text, start + 8, transportEnd);
    const host = text.slice(transportEnd + 1, hostEnd);
    const parameters = new Parameters(text.slice(hostportEnd, end), headerSyntax);
    head.topVia = new ViaParm("SIP", "2.0", transport, host, port === 0 ? undefined : port, parameters, wanted(text));
  }
  return lineEnd;
}

function checkAddress(head: MessageHead, id: number, start: number): number {
  const end = endOfAddress(start);
  const lineEnd = endOfLine(start, end);
  if (lineEnd === 0) return 0;
  if (id === FROM) head.fromTag = wanted(head.text);
  else if (id === TO) head.toTag = wanted(head.text);
  else if (head.hasSeen(CONTACT)) head.contact = undefined;
  else {
    const { uriStart, userStart, userEnd, hostEnd, port, hostportEnd, uriEnd } = found;
    head.contact = { start, uriStart, userStart, userEnd, hostEnd, port, hostportEnd, uriEnd, end };
  }
  return lineEnd;
}

function checkCSeq(head: MessageHead, start: number): number {
  const numberEnd = endOfDigits(start);
  if (numberEnd === start || bytes[numberEnd] !== 0x20) return 0;
  const end = skipBytes(numberEnd + 1, TOKEN);
  head.sequenceNumber = numberAt(start, numberEnd);
  head.cseqMethod = methodAt(head.text, numberEnd + 1, end);
  return head.sequenceNumber <= 0x7fffffff && end > numberEnd + 1 ? endOfLine(start, end) : 0;
}

/** The value of the tag or branch that was found. */
function wanted(text: string): string | undefined {
  return found.wantedStart < 0 ? undefined : text.slice(found.wantedStart, found.wantedEnd);
}

function numberAt(start: number, end: number): number {
  let value = 0;
  for (let i = start; i < end; i++) value = value * 10 + bytes[i]! - 0x30;
  return value;
}

/** The transport's name in upper case: for the usual ones always the same string. A blank follows it. */
function transportAt(text: string, start: number, end: number): string {
  const word = words.getInt32(start);
  if (word === 0x55445020) return "UDP";
  if (word === 0x54435020) return "TCP";
  if (word === 0x544c5320) return "TLS";
  return text.slice(start, end).toUpperCase();
}
