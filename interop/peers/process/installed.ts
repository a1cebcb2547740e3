import { accessSync, constants, existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe } from "vitest";

/** The Debian package of each program, and module of kamailio, that the tests run. */
const packages: Readonly<Record<string, string>> = {
  baresip: "baresip-core",
  sipp: "sip-tester",
  kamailio: "kamailio",
  "outbound.so": "kamailio-outbound-modules",
  tshark: "tshark",
  dumpcap: "tshark",
  openssl: "openssl",
  turnserver: "coturn",
  turnutils_stunclient: "coturn",
  sipsak: "sipsak",
  svwar: "sipvicious",
  svcrack: "sipvicious",
  python3: "python3",
  ip: "iproute2",
  nft: "nftables",
};

/** Debian keeps daemons in /usr/sbin, which a user's PATH may lack. */
const programFolders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/sbin"];
/** kamailio's modules are in a folder of the machine's architecture. */
const moduleFolders = (existsSync("/usr/lib") ? readdirSync("/usr/lib") : []).map((name) => join("/usr/lib", name, "kamailio", "modules"));

export function isInstalled(program: string): boolean {
  const isModule = program.endsWith(".so");
  return (isModule ? moduleFolders : programFolders).some((folder) => {
    try {
      accessSync(join(folder, program), isModule ? constants.R_OK : constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** A suite that needs other people's programs, and perhaps to be root; where something is missing, it is skipped and says so. */
export function describeWith(programs: readonly string[], title: string, suite: () => void, options: { asRoot?: string } = {}): void {
  const missing = programs.filter((program) => !isInstalled(program));
  const reasons = [
    ...(missing.length === 0 ? [] : [`apt-get install ${[...new Set(missing.map((program) => packages[program]))].join(" ")}`]),
    ...(options.asRoot === undefined || process.getuid?.() === 0 ? [] : [`run as root: ${options.asRoot}`]),
  ];
  if (reasons.length === 0) return void describe(title, suite);
  console.warn(`skipped: ${title} (${reasons.join("; ")})`);
  describe.skip(`${title} [${reasons.join("; ")}]`, suite);
}
