import type { TlsOptions, TransportName, WebSocketOptions } from "@sidetone/sip-transport";
import { checkNames } from "./check-names.ts";
import type { ClientOptions } from "./client-options.ts";
import type { ConfigProblems } from "./config-problems.ts";
import type { KnownNames } from "./known-names.ts";

/** The transports that there are. */
export const transportNames: readonly TransportName[] = ["UDP", "TCP", "TLS", "WS", "WSS"];
const list = `a list of ${transportNames.slice(0, -1).join(", ")} and ${transportNames.at(-1)}`;

const knownOfTls: KnownNames<TlsOptions> = {
  cert: true,
  key: true,
  passphrase: true,
  certificates: true,
  ca: true,
  minVersion: true,
  serverName: true,
  verify: true,
  commonName: true,
  clientCertificates: true,
  alpn: true,
  reloadCheckMs: true,
  onExpiring: true,
};
const knownOfWebSocket: KnownNames<WebSocketOptions> = {
  path: true,
  origin: true,
  origins: true,
  pingIntervalMs: true,
  pongTimeoutMs: true,
};

/** What is wrong with the transports, and with what TLS and WebSocket need. */
export function checkTransports({ transports, tls, webSocket }: ClientOptions, problems: ConfigProblems): void {
  if (tls !== undefined) checkTls(tls, problems);
  if (webSocket !== undefined) checkWebSocket(webSocket, problems);
  if (transports === undefined) return;
  if (!Array.isArray(transports)) return problems.invalid("transports", list);
  if (new Set(transports).size < transports.length) problems.invalid("transports", `${list}, each once`);
  if (transports.length === 0) problems.invalid("transports", `at least one of ${transportNames.join(", ")}`);
  if (transports.some((transport) => !transportNames.includes(transport as TransportName))) problems.invalid("transports", list);
}

function checkTls(tls: TlsOptions, problems: ConfigProblems): void {
  if (!isObject(tls)) return problems.invalid("tls", "an object");
  checkNames(tls, knownOfTls, "tls.", problems);
  const {
    cert,
    key,
    certificates,
    ca,
    minVersion = "TLSv1.2",
    verify = "domain",
    clientCertificates = "ignore",
    alpn,
    onExpiring,
    reloadCheckMs = 1,
  } = tls;
  for (const [name, source] of Object.entries({ cert, key })) {
    if (source !== undefined && !isPem(source)) problems.invalid(`tls.${name}`, "PEM text or { file }");
  }
  if ((cert === undefined) !== (key === undefined)) problems.invalid("tls.key", "given together with tls.cert");
  if (certificates !== undefined) checkCertificates(tls, problems);
  if (ca !== undefined && ![ca].flat().every(isPem)) problems.invalid("tls.ca", "PEM text or { file }, or a list of these");
  if (minVersion !== "TLSv1.2" && minVersion !== "TLSv1.3") problems.invalid("tls.minVersion", '"TLSv1.2" or "TLSv1.3"');
  if (!["domain", "chain", "none"].includes(verify)) problems.invalid("tls.verify", '"domain", "chain" or "none"');
  if (!["ignore", "require"].includes(clientCertificates)) problems.invalid("tls.clientCertificates", '"ignore" or "require"');
  if (alpn !== undefined && !isTextList(alpn)) problems.invalid("tls.alpn", "a list of protocol names");
  if (onExpiring !== undefined && typeof onExpiring !== "function") problems.invalid("tls.onExpiring", "a function");
  if (!(reloadCheckMs > 0)) problems.invalid("tls.reloadCheckMs", "more than 0 milliseconds");
  for (const name of ["passphrase", "serverName"] as const) {
    if (tls[name] !== undefined && typeof tls[name] !== "string") problems.invalid(`tls.${name}`, "text");
  }
}

function checkCertificates({ cert, certificates }: TlsOptions, problems: ConfigProblems): void {
  if (!Array.isArray(certificates) || !certificates.every((each) => isObject(each) && isPem(each.cert) && isPem(each.key)))
    problems.invalid("tls.certificates", "a list of { cert, key }, each PEM text or { file }");
  else if (cert === undefined && certificates.length > 0) problems.invalid("tls.cert", "given where tls.certificates are");
}

function checkWebSocket(webSocket: WebSocketOptions, problems: ConfigProblems): void {
  if (!isObject(webSocket)) return problems.invalid("webSocket", "an object");
  checkNames(webSocket, knownOfWebSocket, "webSocket.", problems);
  const { path = "/", origin, origins, pingIntervalMs = 0, pongTimeoutMs = 1 } = webSocket;
  if (typeof path !== "string" || !/^\/[\x21-\x7e]*$/.test(path)) problems.invalid("webSocket.path", 'a path like "/ws"');
  if (origin !== undefined && (typeof origin !== "string" || !/^[\x21-\x7e]+$/.test(origin)))
    problems.invalid("webSocket.origin", "an origin");
  if (origins !== undefined && !isTextList(origins)) problems.invalid("webSocket.origins", "a list of origins");
  if (!(pingIntervalMs >= 0)) problems.invalid("webSocket.pingIntervalMs", "0 or more milliseconds");
  if (!(pongTimeoutMs > 0)) problems.invalid("webSocket.pongTimeoutMs", "more than 0 milliseconds");
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

function isPem(source: unknown): boolean {
  return typeof source === "string" || (isObject(source) && typeof (source as { file?: unknown }).file === "string");
}

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === "string" && item !== "");
}
