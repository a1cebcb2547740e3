import type { ClientMediaOptions, ClientOptions } from "@sidetone/client-core";
import type { CommandContext } from "../command-context.ts";
import { listenAddress } from "../listen-address.ts";
import { withoutUndefined } from "./account-options.ts";
import type { Settings } from "./settings.ts";
import { tlsOptions, webSocketOptions } from "./tls-settings.ts";

/**
 * What the settings say about a client beside its accounts.
 *
 * @param anywhere where to listen when they say nothing.
 * @throws {UsageError} for an address that cannot be listened at, and a certificate without its key.
 */
export async function clientSettings(
  settings: Settings,
  anywhere: string,
  { environment, terminal }: CommandContext,
): Promise<ClientOptions> {
  const { userAgent, instanceId, media, listen, nat, strangers, peers } = settings;
  const [tls, webSocket] = [tlsOptions(settings.tls, terminal), webSocketOptions(settings.webSocket)];
  return {
    ...withoutUndefined<ClientOptions>({ userAgent, instanceId, environment, tls, webSocket, nat, strangers, peers }),
    listen: await listenAddress(listen ?? anywhere, environment),
    media: withoutUndefined<ClientMediaOptions>(media),
  };
}
