import type { ConfigProblems } from "./config-problems.ts";

/** Options of the contract that cannot be honoured yet, with what to do instead. */
const unsupported: Readonly<Record<string, string>> = {
  srtp: "SRTP is not available yet",
  sessionTimer: "session timers (RFC 4028) are not available yet",
  musicOnHold: "music on hold is not available yet; a held peer hears silence",
};

/** Refuses names that are no options. */
export function checkNames(options: object, names: Readonly<Record<string, true>>, path: string, problems: ConfigProblems): void {
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(names, name)) continue;
    const field = path + name;
    if (Object.hasOwn(unsupported, field)) problems.unsupported(field, unsupported[field]!);
    else problems.invalid(field, `left out: it is no option; there are ${Object.keys(names).join(", ")}`);
  }
}
