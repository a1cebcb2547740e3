import type { LocationStep, SipTarget } from "@sidetone/sip-transport";
import { rounded } from "../../call-report.ts";
import { explainError } from "../../explain-error.ts";
import type { Check } from "../check.ts";
import { finding, type Finding } from "../finding.ts";
import { mostTargets, targetsOf, type Located } from "../locate-servers.ts";
import { nameOf } from "../visit.ts";

/** Longer than this is felt before each first call. */
const slowMs = 1000;

/** What the name service knows of the domain, and where requests therefore go (RFC 3263). */
export const nameServiceCheck: Check = {
  name: "name-service",
  title: "Name service",
  needs: "address",
  run: async (examination) => {
    const located = await examination.located;
    if (!located) return [];
    const steps = [located.location, ...located.besides].flatMap((location) => location.steps);
    const questions = [...new Map(steps.flatMap((step) => (step.question ? [[step.question, step]] : []))).values()];
    return [...questions.flatMap(told), ...judgeFailures(located, questions), ...judgeTargets(located, questions)];
  },
};

/** Questions that have no answer are no news: most domains have few of all the records that are asked for. */
function told({ question, records = [], ttlSeconds }: LocationStep): Finding[] {
  if (records.length === 0) return [];
  const life = ttlSeconds === undefined ? "" : ` (holds for ${ttlSeconds} s)`;
  const data = { question, records, ttlSeconds: ttlSeconds ?? null };
  return [finding("DNS_RECORDS", `${question} is ${records.join(", ")}${life}`, { subject: question, data })];
}

function judgeFailures({ location: { error }, tookMs }: Located, questions: readonly LocationStep[]): Finding[] {
  const failed = questions.filter((step) => step.error !== undefined);
  const [first] = failed;
  const data = { questions: failed.map(({ question }) => question), tookMs: rounded(tookMs) };
  if (first) {
    const text = `The name service did not answer ${failed.map(({ question }) => question).join(", ")}: ${explainError(first.error)}`;
    const advice = "check the network connection and the name server (resolv.conf); another one may answer";
    return [finding(error ? "DNS_NO_ANSWER" : "DNS_PARTLY_SILENT", text, { advice, data })];
  }
  if (tookMs <= slowMs) return [];
  const advice = "try another name server: until its answers are known, each call waits that long";
  return [finding("DNS_SLOW", `The name service took ${rounded(tookMs / 1000, 1)} s`, { advice, data })];
}

function judgeTargets(located: Located, questions: readonly LocationStep[]): Finding[] {
  const { location } = located;
  const { error, targets, uri } = location;
  if (error) {
    if (questions.some((step) => step.error !== undefined)) return [];
    const data = { uri, reason: error.code };
    if (error.code === "SIP_TRANSPORT_NAME_NOT_FOUND") {
      const advice =
        "if the name is right, it needs an address, or SRV records (_sip._udp, _sip._tcp, _sips._tcp); or name the server by --server";
      return [finding("DNS_NAME_NOT_FOUND", error.message, { subject: uri, advice, data })];
    }
    return [
      finding("DNS_NO_TARGET", error.message, { subject: uri, advice: "ask for a transport and an address that this computer has", data }),
    ];
  }
  return [ordered(uri, targets), ...offeredBesides(located), ...judgeServices(uri, questions), ...judgeNumber(located)];
}

function ordered(uri: string, targets: readonly SipTarget[]): Finding {
  const order = targets.map((target, i) => `${targets.length > 1 ? `${i + 1}. ` : ""}${described(target)}`).join(", ");
  return finding("DNS_TARGETS", `Requests to ${uri} go to ${order}`, { subject: uri, data: { uri, targets } });
}

function described(target: SipTarget): string {
  const { otherAddress, serverName } = target;
  const other = otherAddress === undefined ? "" : ` or ${otherAddress}`;
  return `${nameOf(target)}${other}${serverName === undefined ? "" : ` (${serverName})`}`;
}

function offeredBesides({ besides }: Located): Finding[] {
  return besides.map(({ uri, targets }) => {
    const text = `Offered besides, for those who ask for it: ${targets.map(described).join(", ")}`;
    return finding("DNS_TARGETS", text, { subject: uri, data: { uri, targets } });
  });
}

function judgeServices(uri: string, questions: readonly LocationStep[]): Finding[] {
  const asked = questions.filter(({ question }) => question!.startsWith("SRV "));
  if (asked.length === 0 || asked.some(({ records = [] }) => records.length > 0)) return [];
  const advice = "nothing to do with one server over UDP; SRV records let phones find others, and TCP or TLS, by themselves";
  return [finding("DNS_NO_SRV", `No SRV records: requests to ${uri} go to the host itself`, { subject: uri, advice })];
}

function judgeNumber(located: Located): Finding[] {
  const count = targetsOf(located).length;
  if (count <= mostTargets) return [];
  const text = `Only the first ${mostTargets} of ${count} targets are asked`;
  return [finding("TARGETS_LEFT_OUT", text, { advice: "look at the others by --server", data: { count, asked: mostTargets } })];
}
