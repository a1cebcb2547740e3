import { systemEnvironment, type Environment } from "@sidetone/infra-common";
import type { ClientOptions } from "../config/client-options.ts";
import { Client } from "./client.ts";

/** A client that does not run yet, of options that have been checked. */
export function newClient(options: ClientOptions): Client {
  const client: Client = new Client(
    clientEnvironment(options.environment, () => client),
    options,
  );
  return client;
}

/**
 * What an application's listener throws is logged and told to `errorOccurred`; where nobody listens to that, it is a process warning, never
 * silence. An environment that was passed in keeps its own way of deciding.
 */
function clientEnvironment(given: Environment | undefined, client: () => Client): Environment {
  const environment = given ?? systemEnvironment();
  const onListenerError = (error: unknown, where: string): void => {
    environment.logger.error({ err: error, where }, "An application's listener failed");
    const isHeard = client().reportError(error, where);
    if (given) report(given, error, where);
    else if (!isHeard) process.emitWarning(error instanceof Error ? error : new Error(String(error)));
  };
  return { ...environment, onListenerError };
}

/** An environment that throws where it should decide fails on a stack of its own, as a listener's error does by default. */
function report(environment: Environment, error: unknown, where: string): void {
  try {
    environment.onListenerError(error, where);
  } catch (thrown) {
    queueMicrotask(() => {
      throw thrown;
    });
  }
}
