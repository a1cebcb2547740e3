import * as characterClass from "../grammar/character-class.ts";
import { Parameters } from "../grammar/parameters.ts";
import { headerSyntax } from "../grammar/parameter-syntax.ts";
import { ViaParm } from "../headers/via.ts";
import { isBlank, skipBytes } from "./byte-class.ts";
import * as headerName from "./header-name.ts";
import type { MessageHead } from "./message-head.ts";
import { methodAt } from "./method.ts";
import { endOfAddress, endOfDigits, endOfMediaType, endOfVia, endOfVisible, found } from "./ordinary-shapes.ts";
import { scanBytes } from "./scan-buffer.ts";

const bytes = scanBytes;
const { TOKEN } = characterClass;
const { VIA, FROM, TO, CONTACT, CALL_ID, CSEQ, MAX_FORWARDS, CONTENT_LENGTH, CONTENT_TYPE } = headerName;

/**
 * Validates the value that begins at `start`, if it has its ordinary shape, and notes what the message asks of it. The index after the
 * field's CRLF, or 0: then its codec must judge.
 */
export function checkOrdinaryField(head: MessageHead, id: number, start: number): number {
  const end = endOfValue(id, start);
  // The line ends here, and the next one does not continue it.
  const isWhole = end > start && bytes[end] === 0x0d && bytes[end + 1] === 0x0a && !isBlank(bytes[end + 2]!);
  return isWhole && note(head, id, start, end) ? end + 2 : 0;
}

function endOfValue(id: number, start: number): number {
  switch (id) {
    case VIA:
      return endOfVia(start);
    case FROM:
    case TO:
    case CONTACT:
      return endOfAddress(start);
    case CALL_ID:
      return endOfVisible(start);
    case CSEQ: {
      const numberEnd = endOfDigits(start);
      return numberEnd > start && bytes[numberEnd] === 0x20 ? skipBytes(numberEnd + 1, TOKEN) : 0;
    }
    case MAX_FORWARDS:
    case CONTENT_LENGTH:
      return endOfDigits(start);
    case CONTENT_TYPE:
      return endOfMediaType(start);
    default:
      // Require, Proxy-Require, Content-Encoding, Content-Disposition: one token.
      return skipBytes(start, TOKEN);
  }
}

/** False when the value is of the right shape and yet wrong. */
function note(head: MessageHead, id: number, start: number, end: number): boolean {
  const { text } = head;
  switch (id) {
    case VIA:
      head.topVia ??= viaOf(text, start, end);
      return true;
    case FROM:
      head.fromTag = wanted(text);
      return true;
    case TO:
      head.toTag = wanted(text);
      return true;
    case CALL_ID:
      head.callId = text.slice(start, end);
      return true;
    case CSEQ: {
      const numberEnd = endOfDigits(start);
      head.sequenceNumber = numberAt(start, numberEnd);
      head.cseqMethod = methodAt(text, numberEnd + 1, end);
      return numberEnd + 1 < end && head.sequenceNumber <= 0x7fffffff;
    }
    case MAX_FORWARDS:
      return numberAt(start, end) <= 255;
    case CONTENT_LENGTH:
      head.contentLength = numberAt(start, end);
      return head.contentLength < 0xffffffff;
    default:
      return true;
  }
}

function viaOf(text: string, start: number, end: number): ViaParm {
  const { transportEnd, hostEnd, port, parametersStart } = found;
  const host = text.slice(transportEnd + 1, hostEnd);
  const parameters = new Parameters(text.slice(parametersStart, end), headerSyntax);
  return new ViaParm(
    "SIP",
    "2.0",
    transportAt(text, start + 8, transportEnd),
    host,
    port === 0 ? undefined : port,
    parameters,
    wanted(text),
  );
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

/** The transport's name in upper case: for the usual ones always the same string. */
function transportAt(text: string, start: number, end: number): string {
  if (end - start === 3) for (const name of usualTransports) if (text.startsWith(name, start)) return name;
  return text.slice(start, end).toUpperCase();
}

const usualTransports = ["UDP", "TCP", "TLS", "WSS"];
