import type { ViaParm } from "../headers/via.ts";
import { moveContact } from "./contact-parts.ts";
import { VIA } from "./header-name.ts";
import { MessageHead, moveField } from "./message-head.ts";
import type { SipRequest } from "./sip-request.ts";
import { splitList } from "../grammar/split-list.ts";

/**
 * The request as its server sees it: with the source address in the top Via's `received`, when sent-by is a name or another address
 * (RFC 3261 §18.2.1) or the client asked with `rport`, which then gets the source port (RFC 3581 §4). The same object when nothing is
 * to be added. `address` is numeric, IPv6 without brackets.
 */
export function withReceived(request: SipRequest, address: string, port: number): SipRequest {
  const via = request.topVia;
  const asksForPort = via.parameters.has("rport");
  if (!asksForPort && via.host === address && !via.parameters.has("received")) return request;
  const received = via.withParameter("received", address);
  return withTopVia(request, asksForPort ? received.withParameter("rport", port) : received);
}

/** The same request with another top Via. Only that value changes; fields after it move. */
function withTopVia(request: SipRequest, via: ViaParm): SipRequest {
  const { head } = request;
  const index = head.find(VIA);
  const others = splitList(head.value(index)).slice(1);
  const line = `Via: ${[via.toString(), ...others].join(", ")}\r\n`;
  const start = head.lineStart(index);
  const end = head.lineEnd(index);
  const by = line.length - (end - start);
  const fields = head.fields.map((field, i) => (i <= index ? field : moveField(field, by)));
  const moved = new MessageHead(head.text.slice(0, start) + line + head.text.slice(end), fields, head.end + by);
  moved.seen = head.seen;
  moved.callId = head.callId;
  moved.sequenceNumber = head.sequenceNumber;
  moved.cseqMethod = head.cseqMethod;
  moved.fromTag = head.fromTag;
  moved.toTag = head.toTag;
  moved.contentLength = head.contentLength;
  moved.topVia = via;
  moved.contact = head.contact && head.contact.start > start ? moveContact(head.contact, by) : head.contact;
  const copy = request.withHead(moved);
  copy.receiveBody(request.body);
  return copy;
}
