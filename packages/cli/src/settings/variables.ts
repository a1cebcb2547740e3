import { nearest } from "../nearest.ts";
import type { AccountSettings, MediaSettings } from "./settings.ts";
import type { TlsSettings } from "./tls-settings.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/** What the environment says. Numbers that are none are left as text, for the schema to refuse. */
export interface VariableSettings {
  readonly account: Partial<AccountSettings>;
  readonly listen: string | undefined;
  readonly codecs: MediaSettings["codecs"];
  readonly tls: TlsSettings | undefined;
}

type AccountVariable = Exclude<keyof AccountSettings, "id" | "autoRegister" | "codecs" | "nat" | "allowedPeers" | "keepAlive">;

const ofAccount: Readonly<Record<AccountVariable, string>> = {
  uri: "SIDETONE_URI",
  displayName: "SIDETONE_DISPLAY_NAME",
  username: "SIDETONE_USERNAME",
  password: "SIDETONE_PASSWORD",
  realm: "SIDETONE_REALM",
  outboundProxy: "SIDETONE_PROXY",
  registrar: "SIDETONE_REGISTRAR",
  expiresSeconds: "SIDETONE_EXPIRES",
  transport: "SIDETONE_TRANSPORT",
};

/** Of the variables that are read, the names by the path of the setting. */
const names: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(ofAccount).map(([field, name]) => [`accounts.0.${field}`, name])),
  listen: "SIDETONE_LISTEN",
  "media.codecs": "SIDETONE_CODECS",
};
const known: readonly string[] = [
  ...Object.values(names),
  "SIDETONE_CONFIG",
  "SIDETONE_TLS_CA",
  "SIDETONE_TLS_CERT",
  "SIDETONE_TLS_KEY",
  "SIDETONE_TLS_PASSPHRASE",
];

/** Reads the `SIDETONE_*` variables; an empty one is as good as none. */
export function readVariables(variables: Variables): VariableSettings {
  const account: Record<string, unknown> = {};
  for (const [field, name] of Object.entries(ofAccount)) {
    const value = variables[name];
    if (!value) continue;
    if (field === "expiresSeconds") account[field] = Number(value);
    else account[field] = field === "transport" ? value.toUpperCase() : value;
  }
  return {
    account,
    listen: variables["SIDETONE_LISTEN"] || undefined,
    tls: tlsOf(variables),
    codecs: variables["SIDETONE_CODECS"]?.split(",").map((name) => name.trim()),
  };
}

/** Nothing in the environment relaxes what is verified: that is said on the command line, or in the file. */
function tlsOf(variables: Variables): TlsSettings | undefined {
  const settings: TlsSettings = {
    ...(variables["SIDETONE_TLS_CA"] ? { ca: [variables["SIDETONE_TLS_CA"]] } : {}),
    ...(variables["SIDETONE_TLS_CERT"] ? { cert: variables["SIDETONE_TLS_CERT"] } : {}),
    ...(variables["SIDETONE_TLS_KEY"] ? { key: variables["SIDETONE_TLS_KEY"] } : {}),
    ...(variables["SIDETONE_TLS_PASSPHRASE"] ? { passphrase: variables["SIDETONE_TLS_PASSPHRASE"] } : {}),
  };
  return Object.keys(settings).length === 0 ? undefined : settings;
}

/** The variable that a problem's path leads to. */
export function variableOf(path: readonly PropertyKey[]): string {
  const place = path.map(String).join(".");
  return names[place] ?? names[place.replace(/\.\d+$/, "")] ?? place;
}

/** Variables that look like a mistyped one, each with what was probably meant. */
export function mistypedVariables(variables: Variables): readonly (readonly [name: string, meant: string])[] {
  return Object.keys(variables).flatMap((name) => {
    if (!name.startsWith("SIDETONE_") || known.includes(name)) return [];
    const rest = nearest(
      name.slice("SIDETONE_".length),
      known.map((each) => each.slice("SIDETONE_".length)),
    );
    return rest === undefined ? [] : [[name, `SIDETONE_${rest}`] as const];
  });
}
