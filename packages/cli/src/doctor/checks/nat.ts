import { formatHostPort, isLoopback, normaliseAddress, type SocketAddress } from "@sidetone/infra-common";
import type { BindingResult } from "@sidetone/stun-core";
import { rounded } from "../../call-report.ts";
import { explainError } from "../../explain-error.ts";
import type { Check } from "../check.ts";
import type { Examination } from "../examination.ts";
import { finding, type Finding } from "../finding.ts";
import { stunViews, type Filtering, type StunView } from "../stun-views.ts";
import { nameOf, type Visit } from "../visit.ts";

/** By which address others see this computer, and whether that is the same for all of them (RFC 4787 §4.1). */
export const natCheck: Check = {
  name: "nat",
  title: "NAT",
  needs: "address or STUN server",
  run: async (examination) => {
    const [bySip, byStun] = await Promise.all([seenBySip(examination), seenByStun(examination)]);
    return [...bySip.findings, ...byStun.findings, ...judgeWays(bySip.address, byStun.address)];
  },
};

interface Seen {
  readonly findings: readonly Finding[];
  /** Where the way leads through a NAT. */
  readonly address: string | undefined;
}

/** From `received` and `rport`, which a server writes into our Via (RFC 3261 §18.2.1, RFC 3581 §4). */
async function seenBySip(examination: Examination): Promise<Seen> {
  const seen = (await examination.visits).flatMap((visit) => viewOf(visit) ?? []);
  const translated = seen.filter(({ local, remote }) => local.address !== remote.address);
  const [first] = translated;
  if (!first) return { findings: seen.slice(0, 1).flatMap(direct), address: undefined };
  const { server, local, remote } = first;
  const data = { server, local, public: remote };
  const text = `${server} sees ${place(remote)}, where ${place(local)} was sent from: there is a NAT between`;
  const changed = local.port !== remote.port;
  const advice =
    "nothing, as a rule: the client learns its address from the registrar; where you forward a port yourself, forward that one";
  const found = changed
    ? finding("NAT_PORT_CHANGED", `${text}, and it changes ports`, { subject: server, advice, data })
    : finding("NAT_PORT_KEPT", `${text}, which leaves the port as it is`, { subject: server, data });
  return { findings: [found], address: remote.address };
}

interface SipView {
  readonly server: string;
  readonly local: SocketAddress;
  readonly remote: SocketAddress;
}

/** A server that does not know RFC 3581 writes no port, and one that sees what we have written writes no address. */
function viewOf({ target, local, answer }: Visit): SipView | undefined {
  if (target.transport !== "UDP" || !local || !answer) return undefined;
  const { received, rport, host } = answer.response.topVia;
  if (typeof rport !== "number") return undefined;
  return { server: nameOf(target), local, remote: { address: normaliseAddress(received ?? host), port: rport } };
}

function direct({ server, local }: SipView): Finding[] {
  const text = `${server} sees ${place(local)}, as it is: no NAT is between`;
  return [finding("NAT_NONE", text, { subject: server, data: { server, local, public: local } })];
}

async function seenByStun({ environment, listen, stunServers, signal }: Examination): Promise<Seen> {
  if (stunServers.length === 0) return { findings: [], address: undefined };
  const { local, views, filtering } = await stunViews(environment, listen.address, stunServers, signal);
  const results = views.flatMap(({ result }) => result ?? []);
  const [first] = results;
  const judged = first && local ? judgeMapping(local, results) : [];
  const isTranslated = first !== undefined && first.mappedAddress.address !== local?.address;
  return {
    findings: [...views.map(told), ...judged, ...(filtering ? [judgeFiltering(filtering)] : [])],
    address: isTranslated ? first.mappedAddress.address : undefined,
  };
}

function told({ name, result, failure }: StunView): Finding {
  if (!result) {
    const advice = "check name and port (3478 is usual), and whether a firewall lets UDP pass; or ask another STUN server";
    return finding("STUN_NO_ANSWER", `The STUN server ${name} does not help: ${explainError(failure)}`, { subject: name, advice });
  }
  const { mappedAddress, roundTripMs, software } = result;
  const time = roundTripMs === undefined ? "" : ` (${rounded(roundTripMs, 1)} ms)`;
  const data = { server: result.server, public: mappedAddress, roundTripMs: rounded(roundTripMs, 1), software: software ?? null };
  return finding("STUN_ADDRESS", `${name} sees ${place(mappedAddress)}${time}`, { subject: name, data });
}

/** The same socket towards several places: one mapping or several. */
function judgeMapping(local: SocketAddress, results: readonly BindingResult[]): Finding[] {
  const mapped = [...new Set(results.map(({ mappedAddress }) => place(mappedAddress)))];
  const asked = new Set(results.map(({ server }) => place(server))).size;
  const data = { local, mapped, destinations: asked };
  if (mapped.length > 1) {
    const text = `The NAT gives each destination another port (${mapped.join(", ")}): what STUN tells is of no use for audio`;
    const advice =
      "calls through a server that relays audio or answers to where it comes from work, direct ones do not; where you can, set the router to 'endpoint-independent' or 'full cone', or forward ports";
    return [finding("NAT_SYMMETRIC", text, { advice, data })];
  }
  if (mapped[0] === place(local)) {
    return isLoopback(local.address) ? [] : [finding("NAT_NONE", "The world sees this computer under its own address: no NAT", { data })];
  }
  if (asked < 2) {
    const text = `There is a NAT (${mapped[0]} outside is ${place(local)} here); whether others see the same port was not to be found out from one place`;
    return [finding("NAT_UNKNOWN", text, { advice: "name a second STUN server: --stun ONE --stun OTHER", data })];
  }
  const text = `The NAT shows the same port to all (${mapped[0]} outside is ${place(local)} here): what STUN tells can be used for audio`;
  return [finding("NAT_KEEPS_PORTS", text, { data })];
}

const whoGetsIn: Readonly<Record<Filtering, string>> = {
  "endpoint-independent": "from anybody",
  "address-dependent": "only from addresses that something was sent to",
  "address-and-port-dependent": "only from the very address and port that something was sent to",
};

function judgeFiltering(filtering: Filtering): Finding {
  return finding("NAT_FILTERING", `Packets get in ${whoGetsIn[filtering]} (${filtering} filtering)`, { data: { filtering } });
}

function judgeWays(bySip: string | undefined, byStun: string | undefined): Finding[] {
  if (bySip === undefined || byStun === undefined || bySip === byStun) return [];
  const text = `The SIP server sees ${bySip}, the STUN server ${byStun}: the ways to them differ`;
  const advice = "a VPN or a second router is between; ask a STUN server that lies beside the SIP server";
  return [finding("NAT_SEVERAL_WAYS", text, { advice, data: { bySip, byStun } })];
}

function place({ address, port }: SocketAddress): string {
  return formatHostPort(address, port);
}
