import { NetworkError, VoipError, type NetworkErrorCode } from "@sidetone/infra-common";
import { Allow, Server, UserAgent } from "@sidetone/sip-core";
import { SipTransportError } from "@sidetone/sip-transport";
import { rounded } from "../../call-report.ts";
import { explainError } from "../../explain-error.ts";
import type { Check } from "../check.ts";
import { finding, type Finding } from "../finding.ts";
import type { FindingCode } from "../finding-kinds.ts";
import { nameOf, type Answer, type Visit } from "../visit.ts";

/** Whether each server answers, how fast, and what it says it is. */
export const serversCheck: Check = {
  name: "servers",
  title: "Servers",
  needs: "address",
  run: async (examination) => (await examination.visits).map((visit) => judge(visit)),
};

function judge(visit: Visit): Finding {
  const { answer } = visit;
  return answer ? judgeAnswer(visit, answer) : judgeFailure(visit);
}

/** Any answer shows that there is a SIP server; most want nobody to know what it allows without a password. */
function judgeAnswer(visit: Visit, answer: Answer): Finding {
  const subject = nameOf(visit.target);
  const { response, roundTripMs } = answer;
  const { statusCode, reasonPhrase } = response;
  const software = response.get(Server) ?? response.get(UserAgent);
  const allow = response.getAll(Allow);
  const says = [software && `it is ${software}`, allow.length > 0 && `allows ${allow.join(", ")}`].filter(Boolean).join("; ");
  const data = { ...timesOf(visit), roundTripMs: rounded(roundTripMs, 1), statusCode, reasonPhrase, software: software ?? null, allow };
  const text = `${subject} answered ${statusCode} ${reasonPhrase} in ${milliseconds(roundTripMs)}${timesText(visit)}${says && `: ${says}`}`;
  if (statusCode < 500) return finding("SERVER_ANSWERS", text, { subject, data });
  const advice = "the server is there and does not serve: ask who runs it, or try again later";
  return finding("SERVER_REFUSES", text, { subject, advice, data });
}

function judgeFailure(visit: Visit): Finding {
  const { target, failure, tls } = visit;
  const subject = nameOf(target);
  const data = timesOf(visit);
  if (tls && SipTransportError.is(failure, "SIP_TRANSPORT_CERTIFICATE")) {
    const text = `${subject} takes connections${timesText(visit)}; it was asked nothing, since its certificate is not good`;
    return finding("SERVER_NOT_ASKED", text, { subject, advice: "see to the certificate first", data });
  }
  const [code, why, advice] = explain(visit);
  return finding(code, `${subject} ${why}${visit.connectMs === undefined ? "" : timesText(visit)}`, { subject, advice, data });
}

type Explanation = readonly [code: FindingCode, why: string, advice: string];

function explain({ target: { transport, port }, failure, connectMs, tls }: Visit): Explanation {
  const reason = networkReason(failure);
  if (reason === "NETWORK_CONNECTION_REFUSED") {
    const advice = `check the port, whether the server runs and whether it listens on ${transport}`;
    return ["SERVER_PORT_CLOSED", `is there, and nothing listens on port ${port}`, advice];
  }
  if (connectMs !== undefined && !tls && (transport === "TLS" || transport === "WSS")) {
    const advice = "check that the port is one for TLS, and which versions of TLS the server takes (1.2 or newer is needed here)";
    return ["TLS_HANDSHAKE_FAILED", `takes connections, and no TLS comes about: ${explainError(failure)}`, advice];
  }
  if (reason === "NETWORK_CONNECTION_TIMEOUT") {
    const isOpen = connectMs !== undefined;
    const why = isOpen ? "takes connections and does not answer" : "does not answer";
    const advice = isOpen
      ? "check that it is a SIP server, and not behind something that swallows what it does not know"
      : `check address and port, and every firewall on the way: ${transport === "UDP" ? "UDP" : "TCP"} to port ${port} has to pass, both ways`;
    return ["SERVER_SILENT", why, advice];
  }
  return ["SERVER_UNREACHABLE", `cannot be asked: ${explainError(failure)}`, "check the network connection and the route to the server"];
}

function networkReason(failure: unknown): NetworkErrorCode | undefined {
  for (let link = failure; VoipError.is(link); link = link.cause) if (link instanceof NetworkError) return link.code;
  return undefined;
}

function timesOf({ target: { transport, address, port }, connectMs, tls }: Visit): Record<string, unknown> {
  return { transport, address, port, connectMs: rounded(connectMs, 1), handshakeMs: rounded(tls?.handshakeMs, 1) };
}

function timesText({ connectMs, tls }: Visit): string {
  if (connectMs === undefined) return "";
  return ` (TCP ${milliseconds(connectMs)}${tls ? `, TLS ${milliseconds(tls.handshakeMs)}` : ""})`;
}

function milliseconds(value: number): string {
  return `${rounded(value, value < 10 ? 1 : 0)} ms`;
}
