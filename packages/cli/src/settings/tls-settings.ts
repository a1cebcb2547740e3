import type { TlsOptions, WebSocketOptions } from "@sidetone/sip-transport";
import { UsageError } from "../usage-error.ts";
import type { Terminal } from "../terminal.ts";

/** TLS as it can be written down: files by their paths. */
export interface TlsSettings {
  ca?: string[] | undefined;
  cert?: string | undefined;
  key?: string | undefined;
  passphrase?: string | undefined;
  serverName?: string | undefined;
  minVersion?: TlsOptions["minVersion"];
  verify?: TlsOptions["verify"];
}

/** WebSocket as it can be written down. */
export interface WebSocketSettings {
  path?: string | undefined;
  origin?: string | undefined;
}

/** What flags say about TLS; the same words in every command. */
export interface TlsFlags {
  tlsCa?: string[];
  tlsCert?: string;
  tlsKey?: string;
  tlsName?: string;
  tlsVerify?: NonNullable<TlsOptions["verify"]>;
  wsPath?: string;
}

/** Lays the flags over what is there already. */
export function withTlsFlags(flags: TlsFlags, stored: TlsSettings | undefined): TlsSettings | undefined {
  const { tlsCa, tlsCert, tlsKey, tlsName, tlsVerify } = flags;
  // A certificate and its key are changed together.
  const { cert, key, passphrase, ...others } = stored ?? {};
  const own = tlsCert === undefined && tlsKey === undefined ? { cert, key, passphrase } : { cert: tlsCert, key: tlsKey, passphrase };
  const settings = {
    ...others,
    ...own,
    ...(tlsCa === undefined ? {} : { ca: tlsCa }),
    ...(tlsName === undefined ? {} : { serverName: tlsName }),
    ...(tlsVerify === undefined ? {} : { verify: tlsVerify }),
  };
  return Object.values(settings).every((value) => value === undefined) ? undefined : settings;
}

const relaxed: Readonly<Record<"chain" | "none", string>> = {
  chain: "servers may show the certificate of any other host",
  none: "the certificates of servers are not checked: anybody on the way can read and change everything",
};

/**
 * TLS for the stack, with a warning on the terminal where servers are verified less strictly than RFC 5922 asks for.
 *
 * @throws {UsageError} for a certificate without its key.
 */
export function tlsOptions(settings: TlsSettings | undefined, terminal: Terminal): TlsOptions | undefined {
  if (!settings) return undefined;
  const { ca, cert, key, passphrase, serverName, minVersion, verify } = settings;
  if ((cert === undefined) !== (key === undefined))
    throw new UsageError("--tls-cert and --tls-key go together: the certificate, and its private key");
  if (verify === "chain" || verify === "none") terminal.error(`warning: ${relaxed[verify]} (--tls-verify ${verify})`);
  return {
    ...(ca === undefined ? {} : { ca: ca.map((file) => ({ file })) }),
    ...(cert === undefined || key === undefined ? {} : { cert: { file: cert }, key: { file: key } }),
    ...(cert === undefined || passphrase === undefined ? {} : { passphrase }),
    ...(serverName === undefined ? {} : { serverName }),
    ...(minVersion === undefined ? {} : { minVersion }),
    ...(verify === undefined ? {} : { verify }),
    onExpiring: ({ file, subject, daysLeft }) => {
      const when = daysLeft < 0 ? "has expired" : `expires in ${daysLeft === 0 ? "less than a day" : `${daysLeft} days`}`;
      terminal.error(`warning: the certificate ${file ?? ""} (${subject.replaceAll("\n", ", ")}) ${when}`);
    },
  };
}

/** WebSocket for the stack. */
export function webSocketOptions({ path, origin }: WebSocketSettings = {}): WebSocketOptions | undefined {
  if (path === undefined && origin === undefined) return undefined;
  return { ...(path === undefined ? {} : { path }), ...(origin === undefined ? {} : { origin }) };
}
