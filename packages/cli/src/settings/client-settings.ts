import type { ClientMediaOptions, ClientOptions } from "@sidetone/client-core";
import type { Environment } from "@sidetone/infra-common";
import { listenAddress } from "../listen-address.ts";
import { withoutUndefined } from "./account-options.ts";
import type { Settings } from "./settings.ts";

/**
 * What the settings say about a client beside its accounts.
 *
 * @param anywhere where to listen when they say nothing.
 * @throws {UsageError} for an address that cannot be listened at.
 */
export async function clientSettings(settings: Settings, anywhere: string, environment: Environment | undefined): Promise<ClientOptions> {
  const { userAgent, instanceId, media, listen } = settings;
  return {
    ...withoutUndefined<ClientOptions>({ userAgent, instanceId, environment }),
    listen: await listenAddress(listen ?? anywhere, environment),
    media: withoutUndefined<ClientMediaOptions>(media),
  };
}
