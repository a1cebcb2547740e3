import { Parameters } from "../grammar/parameters.ts";
import { headerSyntax } from "../grammar/parameter-syntax.ts";
import { splitList } from "../grammar/split-list.ts";
import { ViaParm } from "../headers/via.ts";
import { moveContact } from "./contact-parts.ts";
import { VIA } from "./header-name.ts";
import { MessageHead, moveField } from "./message-head.ts";
import { SipRequest } from "./sip-request.ts";

/**
 * The request as its server sees it: with the source address in the top Via's `received`, when sent-by is a name or another address
 * (RFC 3261 §18.2.1) or the client asked with `rport`, which then gets the source port (RFC 3581 §4). The same object when nothing is
 * to be added. `address` is numeric, IPv6 without brackets.
 */
export function withReceived(request: SipRequest, address: string, port: number): SipRequest {
  const via = request.topVia;
  const { text } = via.parameters;
  const claimsAddress = via.parameters.has("received");
  const rport = text.indexOf(";rport");
  const isOrdinary =
    rport >= 0 && !claimsAddress && (rport + 6 === text.length || text.charCodeAt(rport + 6) === 0x3b) && !text.includes('"');
  if (isOrdinary) {
    const parameters = new Parameters(`${text.slice(0, rport)};received=${address};rport=${port}${text.slice(rport + 6)}`, headerSyntax);
    const { protocolName, protocolVersion, transport, host, port: sentByPort, branch } = via;
    const source = { received: address, rport: port };
    return withTopVia(request, new ViaParm(protocolName, protocolVersion, transport, host, sentByPort, parameters, branch, source));
  }
  const asksForPort = via.parameters.has("rport");
  if (!asksForPort && !claimsAddress && via.host === address) return request;
  const received = via.withParameter("received", address);
  return withTopVia(request, asksForPort ? received.withParameter("rport", port) : received);
}

/** The same request with another top Via. Only that value changes; fields after it move. */
function withTopVia(request: SipRequest, via: ViaParm): SipRequest {
  const { head } = request;
  const index = head.find(VIA);
  const start = head.lineStart(index);
  const end = head.lineEnd(index);
  const text = `${head.text.slice(0, start)}Via: ${withOthers(via.toString(), head.value(index))}\r\n`;
  const by = text.length - end;
  const fields: number[] = [];
  for (let i = 0; i < head.fields.length; i++) fields.push(i <= index ? head.fields[i]! : moveField(head.fields[i]!, by));
  const moved = new MessageHead(text + head.text.slice(end), fields, head.end + by);
  moved.seen = head.seen;
  moved.callId = head.callId;
  moved.sequenceNumber = head.sequenceNumber;
  moved.cseqMethod = head.cseqMethod;
  moved.fromTag = head.fromTag;
  moved.toTag = head.toTag;
  moved.contentLength = head.contentLength;
  moved.topVia = via;
  moved.contact = head.contact && head.contact.start > start ? moveContact(head.contact, by) : head.contact;
  return new SipRequest(request.method, request.requestUriText, undefined, moved, request.body);
}

/** The first value of a field in place of the one it had. */
function withOthers(first: string, value: string): string {
  return value.includes(",") ? [first, ...splitList(value).slice(1)].join(", ") : first;
}
