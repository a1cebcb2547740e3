import { addressFamily, isWildcard } from "@sidetone/infra-common";
import { CodecRegistry } from "@sidetone/media-core";
import type { ExternalMedia } from "@sidetone/session-core";
import { checkNames } from "./check-names.ts";
import type { ClientMediaOptions, ClientOptions } from "./client-options.ts";
import type { ConfigProblems } from "./config-problems.ts";
import type { KnownNames } from "./known-names.ts";
import { sdpAttributeProblem } from "./sdp-attribute-problem.ts";

const known: KnownNames<ClientMediaOptions> = {
  codecs: true,
  address: true,
  advertisedAddress: true,
  rtpPorts: true,
  dtmf: true,
  ptimeMs: true,
  sdpAttributes: true,
  timeoutSeconds: true,
};

export const knownOfExternal: KnownNames<ExternalMedia> = { createOffer: true, answerOffer: true, onAnswer: true, onRollback: true };
const knownOfPorts: KnownNames<NonNullable<ClientMediaOptions["rtpPorts"]>> = { first: true, last: true };

/** Checks `media` and `external`. */
export function checkMedia({ media, external }: ClientOptions, problems: ConfigProblems): void {
  if (external && media !== "external") problems.invalid("external", 'used together with media: "external"');
  if (external) checkExternal(external, problems);
  if (media === undefined || media === "external") return;
  if (typeof media !== "object" || media === null) return problems.invalid("media", '"external" or an object');
  checkNames(media, known, "media.", problems);
  checkCodecs(media, problems);
  checkAddresses(media, problems);
  const { ptimeMs, timeoutSeconds, sdpAttributes = [], dtmf } = media;
  if (dtmf !== undefined && typeof dtmf !== "boolean") problems.invalid("media.dtmf", "true or false");
  if (ptimeMs !== undefined && !(ptimeMs % 10 === 0 && ptimeMs >= 10 && ptimeMs <= 60))
    problems.invalid("media.ptimeMs", "a multiple of 10 from 10 to 60");
  if (timeoutSeconds !== undefined && !(timeoutSeconds >= 0)) problems.invalid("media.timeoutSeconds", "0 or more seconds");
  if (!Array.isArray(sdpAttributes)) return problems.invalid("media.sdpAttributes", "a list of attributes");
  for (const attribute of sdpAttributes) {
    const problem = sdpAttributeProblem(attribute);
    if (problem) problems.invalid("media.sdpAttributes", problem);
  }
}

function checkExternal(external: ExternalMedia, problems: ConfigProblems): void {
  if (typeof external !== "object") return problems.invalid("external", "an object of functions");
  checkNames(external, knownOfExternal, "external.", problems);
}

function checkCodecs({ codecs }: ClientMediaOptions, problems: ConfigProblems): void {
  if (codecs === undefined) return;
  if (!Array.isArray(codecs)) return problems.invalid("media.codecs", "a list of encoding names");
  if (codecs.length === 0) problems.invalid("media.codecs", "one codec or more");
  const registry = new CodecRegistry();
  const missing = codecs.filter((name) => !registry.find(String(name)));
  if (missing.length === 0) return;
  const known = registry.codecs.map(({ encodingName }) => encodingName).join(", ");
  problems.unsupported("media.codecs", `${missing.join(", ")} cannot be encoded here; there are ${known}`);
}

function checkAddresses({ address, advertisedAddress, rtpPorts }: ClientMediaOptions, problems: ConfigProblems): void {
  if (address !== undefined && !addressFamily(address)) problems.invalid("media.address", "a numeric address");
  if (advertisedAddress !== undefined && (!addressFamily(advertisedAddress) || isWildcard(advertisedAddress)))
    problems.invalid("media.advertisedAddress", "a numeric address that the peers can reach");
  if (!rtpPorts) return;
  checkNames(rtpPorts, knownOfPorts, "media.rtpPorts.", problems);
  const { first, last } = rtpPorts;
  if (!(Number.isInteger(first) && Number.isInteger(last) && first >= 0 && last >= first && last <= 65_535))
    problems.invalid("media.rtpPorts", "{ first, last } with 0 ≤ first ≤ last ≤ 65535");
}
