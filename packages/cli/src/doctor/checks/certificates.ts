import type { TlsExamination } from "@sidetone/sip-transport";
import type { Check } from "../check.ts";
import { finding, type Finding } from "../finding.ts";
import { nameOf, type Visit } from "../visit.ts";

const dayMs = 86_400_000;
/** When whoever renews certificates should have begun. */
const soonDays = 30;

/** Whether the certificates are those of the SIP domain, and somebody vouches for them (RFC 5922). */
export const certificatesCheck: Check = {
  name: "certificates",
  title: "TLS certificates",
  needs: "address",
  run: async (examination) => {
    const nowMs = examination.environment.clock.wallNow();
    const visits = await examination.visits;
    return visits.flatMap(({ target, tls }) =>
      tls ? judge({ target, tls, nowMs, host: examination.tls.serverName ?? target.hostName }) : [],
    );
  },
};

interface Case {
  readonly target: Visit["target"];
  readonly tls: TlsExamination;
  readonly nowMs: number;
  /** What the certificate has to name. */
  readonly host: string;
}

/** All that is wrong with it, so that a new one is made once. */
function judge(which: Case): Finding[] {
  const wrong = [...judgeTime(which), ...judgeTrust(which), ...judgeName(which)];
  return wrong.some(({ status }) => status === "problem") ? wrong : [...wrong, trusted(which)];
}

function judgeTime(which: Case): Finding[] {
  const [own] = which.tls.chain;
  if (!own) return [];
  const daysLeft = Math.floor((own.validToMs - which.nowMs) / dayMs);
  if (own.validToMs <= which.nowMs) {
    const text = `The certificate of ${nameOf(which.target)} expired on ${day(own.validToMs)}`;
    return [found(which, "TLS_EXPIRED", text, "renew it on the server; if the date is not in the past, put this computer's clock right")];
  }
  if (own.validFromMs > which.nowMs) {
    const text = `The certificate of ${nameOf(which.target)} is valid only from ${day(own.validFromMs)} on`;
    return [found(which, "TLS_NOT_YET_VALID", text, "put this computer's clock right; if it is, wait, or ask for another certificate")];
  }
  if (daysLeft >= soonDays) return [];
  return [
    found(
      which,
      "TLS_EXPIRES_SOON",
      `The certificate of ${nameOf(which.target)} ends ${inDays(daysLeft)}, on ${day(own.validToMs)}`,
      "renew it on the server",
    ),
  ];
}

function judgeTrust(which: Case): Finding[] {
  const { distrust, chain } = which.tls;
  const subject = nameOf(which.target);
  // What the clock says is judged from the dates.
  if (distrust === undefined || distrust === "CERT_HAS_EXPIRED" || distrust === "CERT_NOT_YET_VALID") return [];
  if (distrust === "DEPTH_ZERO_SELF_SIGNED_CERT") {
    const text = `The certificate of ${subject} is signed by itself: anybody could have made it`;
    return [
      found(
        which,
        "TLS_SELF_SIGNED",
        text,
        "get one that an authority has signed, or give the file with this very certificate by --tls-ca",
      ),
    ];
  }
  const text = `Nobody who is trusted here vouches for the certificate of ${subject}, issued by ${chain.at(-1)?.issuer ?? "nobody"} (${distrust})`;
  const advice =
    "give the authority's certificate by --tls-ca; if it is a public one, the server has to send the certificates between, too";
  return [found(which, "TLS_UNTRUSTED", text, advice)];
}

function judgeName(which: Case): Finding[] {
  if (which.tls.coversHost) return [];
  const names = which.tls.names.join(", ") || "nobody";
  const text = `The certificate of ${nameOf(which.target)} is for ${names}, not for ${which.host}`;
  const advice = `get one whose subjectAltName has DNS:${which.host} or URI:sip:${which.host}; wildcards and the common name do not count for SIP (RFC 5922)`;
  return [found(which, "TLS_WRONG_NAME", text, advice)];
}

function trusted(which: Case): Finding {
  const { protocol, cipher, chain } = which.tls;
  const [own] = chain;
  const daysLeft = Math.floor(((own?.validToMs ?? 0) - which.nowMs) / dayMs);
  const text = `${nameOf(which.target)} is ${which.host}, says ${own?.issuer}, for ${daysLeft} more days (${protocol}, ${cipher})`;
  return found(which, "TLS_TRUSTED", text);
}

function found({ target, tls, nowMs, host }: Case, code: Parameters<typeof finding>[0], text: string, advice?: string): Finding {
  const { protocol, cipher, names, coversHost, distrust } = tls;
  const chain = tls.chain.map(({ validFromMs, validToMs, ...names }) => ({
    ...names,
    validFrom: day(validFromMs),
    validTo: day(validToMs),
    daysLeft: Math.floor((validToMs - nowMs) / dayMs),
  }));
  return finding(code, text, {
    subject: nameOf(target),
    advice,
    data: { host, coversHost, names, distrust: distrust ?? null, protocol, cipher, chain },
  });
}

function day(wallMs: number): string {
  return new Date(wallMs).toISOString().slice(0, 10);
}

function inDays(days: number): string {
  return days === 0 ? "within a day" : `in ${days} ${days === 1 ? "day" : "days"}`;
}
