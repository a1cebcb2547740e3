import { checkOptions } from "../config/check-options.ts";
import type { ClientOptions } from "../config/client-options.ts";
import { ConfigProblems } from "../config/config-problems.ts";
import { ClientError } from "../errors/client-error.ts";
import type { Client } from "./client.ts";
import { newClient } from "./new-client.ts";
import { rehearse } from "./rehearse.ts";

/**
 * Starts a client: opens its SIP ports, registers the accounts that have a registrar, and resolves when it can make and take calls. No
 * account makes a direct agent.
 *
 * @throws {ClientError} `CONFIG_INVALID` or `CONFIG_UNSUPPORTED` naming each field; `RESOURCE_UNAVAILABLE` when a port is taken;
 *   `PERMISSION_DENIED`; when a registration fails, what `account.register()` rejects with, and nothing stays open.
 */
export async function createClient(options: ClientOptions = {}): Promise<Client> {
  if (typeof options !== "object" || options === null) throw new ClientError("CONFIG_INVALID", "createClient() takes an object of options");
  const problems = new ConfigProblems();
  checkOptions(options, problems);
  problems.throwIfAny();
  const client = newClient(options);
  try {
    await client.start();
    return client;
  } catch (error) {
    await client.close();
    throw error;
  }
}

rehearse();
