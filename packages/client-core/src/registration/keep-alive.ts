import type { RegistrationKeepAlive } from "@sidetone/dialog-core";

/** How the flow to a registrar or its proxy is kept open. */
export interface KeepAliveOptions {
  /** Longest time between two keep-alives, in seconds; less when the server asks for that. Default 19 where it answers, else 25. */
  intervalSeconds?: number;
  /** Asks by OPTIONS, which every server answers, in place of pings, STUN and line ends. Default false. */
  options?: boolean;
}

/**
 * - `auto`: by pings over TCP, TLS, WS and WSS, over UDP by STUN with a server that has agreed (RFC 5626 outbound, RFC 6223 `keep`), else by
 *   line ends. Where the server answers, a dead flow is noticed and replaced within 30 s.
 * - `off`: nothing is sent and the server asked for nothing; a connection that breaks is replaced all the same.
 */
export type KeepAliveMode = "auto" | "off" | KeepAliveOptions;

/** As a registration takes it. */
export function registrationKeepAlive(mode: KeepAliveMode): RegistrationKeepAlive | undefined {
  if (mode === "off") return undefined;
  if (mode === "auto") return {};
  const { intervalSeconds, options = false } = mode;
  return { intervalMs: intervalSeconds === undefined ? undefined : intervalSeconds * 1_000, method: options ? "options" : "auto" };
}
