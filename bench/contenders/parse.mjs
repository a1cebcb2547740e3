// @sidetone/sip-core as a contender of the parse benchmark: its public interface alone.
import { Contact, createResponse, header, parseMessage, serializeMessage, SipRequest } from "../../packages/sip-core/dist/index.js";

const responseOptions = { toTag: "b27xq1", headers: [header(Contact, "<sip:uas@127.0.0.1:5060>")] };

export default {
  name: "sidetone",
  note:
    "start line, framing, Via, From, To, Call-ID, CSeq, Max-Forwards, Contact, Require and Content-* validated on arrival, others when read; " +
    "a field that was not touched is written from its original text",
  parse: (bytes) => parseMessage(bytes),
  fields(message) {
    const uri = message.get(Contact)?.uri;
    return [
      message.topVia.branch,
      message.fromTag,
      message.toTag ?? "",
      message.callId,
      message.sequenceNumber,
      message.cseqMethod,
      uri ? uri.user : "",
      uri ? uri.host : "",
      uri ? (uri.port ?? 0) : 0,
    ];
  },
  stringify: (message) => serializeMessage(message),
  respond: (request) => serializeMessage(createResponse(request, 200, responseOptions)),
  buildInvite(p) {
    const request = SipRequest.create({
      method: "INVITE",
      requestUri: p.ruri,
      headers: [
        ["Max-Forwards", "70"],
        ["From", `"${p.from.name}" <sip:${p.from.user}@${p.from.host}>;tag=${p.from.tag}`],
        ["To", `<sip:${p.to.user}@${p.to.host}>`],
        ["Call-ID", p.callId],
        ["CSeq", `${p.cseq} INVITE`],
        ["Contact", `<${p.contact}>`],
        ["User-Agent", p.userAgent],
      ],
      body: { contentType: p.bodyType, content: Buffer.from(p.body) },
    });
    return serializeMessage(request, `SIP/2.0/UDP ${p.via.host}:${p.via.port};branch=${p.via.branch};rport`);
  },
};
