import { systemEnvironment, type Environment } from "@sidetone/infra-common";
import { Account } from "./account.ts";
import { checkOptions } from "./check-options.ts";
import { Client } from "./client.ts";
import type { ClientOptions } from "./client-options.ts";
import { ClientStack } from "./client-stack.ts";
import { parseListen } from "./listen.ts";
import { wrapError } from "./wrap-error.ts";

/**
 * Starts a client: opens its SIP ports and resolves when it can make and take calls. No account makes a direct agent.
 *
 * @throws {ClientError} `CONFIG_INVALID` or `CONFIG_UNSUPPORTED` naming the field; `RESOURCE_UNAVAILABLE` when a port is taken;
 *   `PERMISSION_DENIED`.
 */
export async function createClient(options: ClientOptions = {}): Promise<Client> {
  checkOptions(options);
  const listen = parseListen(options.listen);
  const account = new Account("default", options.account ?? { uri: "sip:anonymous@anonymous.invalid" });
  let client!: Client;
  const environment = clientEnvironment(options.environment ?? systemEnvironment(), options.environment !== undefined, () => client);
  try {
    const stack = new ClientStack(environment, account, listen, options, {
      onIncoming: (session) => client.takeSession(session),
      onRequest: (request) => client.takeRequest(request),
    });
    client = new Client(account, stack, { ringsAutomatically: options.ringing !== "manual" });
    await stack.open(listen, options.transports ?? ["UDP", "TCP"]);
  } catch (error) {
    throw wrapError(error, "createClient");
  }
  return client;
}

/**
 * What an application's listener throws is logged and told to `errorOccurred`; where nobody listens to that, it is a process warning, never
 * silence. An environment that was passed in keeps its own way of deciding.
 */
function clientEnvironment(environment: Environment, isGiven: boolean, client: () => Client | undefined): Environment {
  const onListenerError = (error: unknown, where: string): void => {
    environment.logger.error({ err: error, where }, "An application's listener failed");
    const heard = client()?.reportError(error, where) ?? false;
    if (isGiven) environment.onListenerError(error, where);
    else if (!heard) process.emitWarning(error instanceof Error ? error : new Error(String(error)));
  };
  return { ...environment, onListenerError };
}
