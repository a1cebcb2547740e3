import { parseHostPort } from "@sidetone/infra-common";
import { CodecRegistry } from "@sidetone/media-core";
import { z } from "zod";
import { callTarget } from "../call-target.ts";
import { didYouMean } from "../nearest.ts";
import { keepAliveSchema, natSchema, peers } from "./network-schema.ts";
import { must, numericAddress, text } from "./schema-fields.ts";
import type { AccountSettings, FileSettings, MediaSettings } from "./settings.ts";
import type { TlsSettings, WebSocketSettings } from "./tls-settings.ts";

// Loaded only when there is a file or a variable to check.

const wholeNumber = (first: number, last: number, wanted = `a whole number from ${first} to ${last}`): z.ZodNumber =>
  z
    .number({ error: must(wanted) })
    .int({ error: must(wanted) })
    .min(first, { error: must(wanted) })
    .max(last, { error: must(wanted) });

const addressOfRecord = (): z.ZodString => text('a SIP address like "sip:alice@example.com"', (value) => userOf(value) !== undefined);
const serverUri = (): z.ZodString => text('a SIP URI like "sip:example.com" or "sip:192.0.2.7:5070;transport=tcp"', isUri);

const encodingNames = new CodecRegistry().codecs.map(({ encodingName }) => encodingName);
const codecs = (): z.ZodArray<z.ZodString> => {
  const wanted = `a list of codecs out of ${encodingNames.join(", ")}`;
  const isKnown = (name: string): boolean => encodingNames.some((known) => known.toLowerCase() === name.toLowerCase());
  return z.array(text(`one of ${encodingNames.join(", ")}`, isKnown), { error: must(wanted) }).min(1, { error: must(wanted) });
};

const transports = ["UDP", "TCP", "TLS", "WS", "WSS"] as const;

/** One account. The names are those of `AccountOptions`. */
export const accountSchema: z.ZodType<AccountSettings> = z.strictObject(
  {
    id: text("a name").optional().describe("Names the account in commands; default: user@host"),
    uri: addressOfRecord().describe('Address to be called at, like "sip:alice@example.com"'),
    displayName: text("a name").optional().describe("The name that the other side sees"),
    username: text("a name").optional().describe("User name to authenticate as; default: the user of the address"),
    password: text("text").optional().describe("Keep the file unreadable for others, or use SIDETONE_PASSWORD"),
    realm: text("text").optional().describe("The only realm that may ask for the password"),
    outboundProxy: serverUri().optional().describe("Server that every request goes to first"),
    registrar: serverUri().optional().describe("Where to register; default: the domain of the address"),
    autoRegister: z
      .boolean({ error: must("true or false") })
      .optional()
      .describe("Register at the start; default: true"),
    expiresSeconds: wholeNumber(1, 2 ** 31 - 1, "a whole number from 1")
      .optional()
      .describe("Lifetime of the registration to ask for; default: 3600"),
    transport: z
      .enum(transports, { error: must(`one of ${transports.join(", ")}`) })
      .optional()
      .describe("Default: as the URIs say"),
    codecs: codecs().optional().describe("In order of preference, for this account"),
    nat: natSchema.optional().describe("How this account is reached through a NAT; default: as all of them"),
    keepAlive: keepAliveSchema
      .optional()
      .describe("How the way to the registrar is kept open, and how soon a dead one is noticed; default: auto"),
    allowedPeers: peers()
      .optional()
      .describe("From where it takes requests: addresses, networks, host names, servers; default: everywhere"),
  },
  { error: must("an object with a uri") },
);

const port = (): z.ZodNumber => wholeNumber(0, 65_535);

const mediaSchema: z.ZodType<MediaSettings> = z.strictObject(
  {
    codecs: codecs().optional().describe("In order of preference; default: all there are"),
    address: numericAddress("a numeric address of this machine").optional().describe("Address for RTP; default: that of SIP"),
    advertisedAddress: numericAddress("a numeric address that others can reach").optional().describe("Public address, behind a static NAT"),
    rtpPorts: z
      .strictObject({ first: port(), last: port() }, { error: must('an object like { "first": 10000, "last": 20000 }') })
      .refine(({ first, last }) => first <= last, { error: must("a range, with first not above last") })
      .optional()
      .describe("Ports for RTP, both ends included"),
    ptimeMs: wholeNumber(10, 60, "a multiple of 10 from 10 to 60")
      .multipleOf(10, { error: must("a multiple of 10 from 10 to 60") })
      .optional()
      .describe("Packet time to ask for"),
  },
  { error: must("an object") },
);

const file = (): z.ZodString => text("the path of a PEM file");

const tlsSchema: z.ZodType<TlsSettings> = z.strictObject(
  {
    ca: z
      .array(file(), { error: must("a list of PEM files") })
      .optional()
      .describe("Authorities to trust; default: those that come with Node"),
    cert: file().optional().describe("Certificate to show, with its chain"),
    key: file().optional().describe("Private key of the certificate"),
    passphrase: text("text").optional().describe("Of the private key; or use SIDETONE_TLS_PASSPHRASE"),
    serverName: text("a host name").optional().describe("Name that a server's certificate must be for; default: the host of the URI"),
    minVersion: z
      .enum(["TLSv1.2", "TLSv1.3"], { error: must('"TLSv1.2" or "TLSv1.3"') })
      .optional()
      .describe("Default: TLSv1.2"),
    verify: z
      .enum(["domain", "chain", "none"], { error: must('"domain", "chain" or "none"') })
      .optional()
      .describe("What a server's certificate is checked for; default: domain, its name and its authority"),
  },
  { error: must("an object") },
);

const webSocketSchema: z.ZodType<WebSocketSettings> = z.strictObject(
  {
    path: text('a path like "/ws"', (value) => value.startsWith("/"))
      .optional()
      .describe("Of the server's WebSocket; default: /"),
    origin: text('an origin like "https://example.com"').optional().describe("Origin to come from; default: none"),
  },
  { error: must("an object") },
);

/** The config file. */
export const fileSchema: z.ZodType<FileSettings> = z
  .strictObject(
    {
      $schema: z.string().optional().describe("Where an editor finds this schema"),
      accounts: z
        .array(accountSchema, { error: must("a list of accounts") })
        .min(1, { error: must("a list of one account or more") })
        .optional()
        .describe("The first is meant where none is named"),
      listen: text('HOST:PORT, like "127.0.0.1:5070", "[::1]:5070" or "0.0.0.0:0"', (value) => parseHostPort(value) !== undefined)
        .optional()
        .describe('Local address and port for SIP, like "0.0.0.0:5060"'),
      userAgent: text("one line of text").optional().describe("What others see this phone to be"),
      instanceId: text('a URN like "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6"', isUrn)
        .optional()
        .describe("What registrars know this phone by (RFC 5626); default: a new one each time"),
      nat: natSchema
        .optional()
        .describe("How the accounts are reached through a NAT; default: auto, which learns the public address from the registrar"),
      strangers: z
        .enum(["answer", "ignore"], { error: must('"answer" or "ignore"') })
        .optional()
        .describe("What becomes of requests from neither a server of an account nor a peer; default: answer"),
      peers: peers().optional().describe("Who is no stranger: addresses, networks, host names"),
      tls: tlsSchema.optional().describe("Certificates and trust of TLS and WSS"),
      webSocket: webSocketSchema.optional().describe("SIP over WebSocket"),
      media: mediaSchema.optional().describe("How audio is made"),
    },
    { error: must("an object") },
  )
  .describe("Settings of the sidetone command");

/** The schema for editors (JSON Schema, draft 2020-12). */
export function fileJsonSchema(): object {
  return { title: "Sidetone settings", ...z.toJSONSchema(fileSchema, { io: "input" }) };
}

/** Something wrong, and where. */
export interface SettingsProblem {
  readonly path: readonly PropertyKey[];
  /** What goes behind the name of the field: `must be …`. */
  readonly message: string;
}

/** All that is wrong with what a config file says; empty when nothing is. */
export function problemsOf(value: unknown): readonly SettingsProblem[] {
  const { error } = fileSchema.safeParse(value);
  return (error?.issues ?? []).flatMap((issue): SettingsProblem[] => {
    const { path, message } = issue;
    if (issue.code !== "unrecognized_keys") return [{ path, message }];
    return issue.keys.map((key) => ({ path: [...path, key], message: `is no setting${adviceFor(key, path)}` }));
  });
}

interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
}

function propertiesOf(node: SchemaNode | undefined): NonNullable<SchemaNode["properties"]> {
  return node?.properties ?? node?.anyOf?.find(({ properties }) => properties)?.properties ?? {};
}

function adviceFor(key: string, path: readonly PropertyKey[]): string {
  let node: SchemaNode | undefined = fileJsonSchema();
  for (const step of path) node = typeof step === "number" ? node?.items : propertiesOf(node)[String(step)];
  const names = Object.keys(propertiesOf(node));
  return didYouMean(key, names) || `; there are ${names.filter((name) => name !== "$schema").join(", ")}`;
}

function isUri(value: string): boolean {
  try {
    callTarget(value);
    return true;
  } catch {
    return false;
  }
}

function userOf(value: string): string | undefined {
  return isUri(value) ? callTarget(value).user : undefined;
}

/** RFC 8141 §2. */
function isUrn(value: string): boolean {
  return /^urn:[a-z0-9][a-z0-9-]{0,31}:[^\s"<>\\]+$/i.test(value);
}
