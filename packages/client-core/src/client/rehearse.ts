import { systemEnvironment } from "@sidetone/infra-common";
import { CodecRegistry } from "@sidetone/media-core";
import { checkOptions } from "../config/check-options.ts";
import type { ClientOptions } from "../config/client-options.ts";
import { ConfigProblems } from "../config/config-problems.ts";
import { AccountList } from "../registration/account-list.ts";
import { ClientGate } from "../security/client-gate.ts";
import { ClientStack } from "./client-stack.ts";
import { parseListen } from "./listen.ts";
import { newClient } from "./new-client.ts";

/**
 * Composes a client that never runs. Most of what the first client of a process would take is that its code is compiled when it first runs;
 * what every client runs before it opens a port has run once after this. It opens nothing, sets no timer, and nothing of it is kept.
 */
export function rehearse(): void {
  const options: ClientOptions = {};
  checkOptions(options, new ConfigProblems());
  newClient(options);
  const environment = systemEnvironment();
  const accounts = new AccountList(options, {
    environment,
    instanceId: () => "",
    onChanged: nothing,
    onFlow: nothing,
    hasCalls: () => false,
  });
  new ClientStack({
    environment,
    accounts,
    gate: new ClientGate(environment, accounts, options),
    listen: parseListen(options.listen),
    options,
    codecs: new CodecRegistry(),
    user: { onIncoming: nothing },
    onNetworkChange: nothing,
    onSlept: nothing,
    onCertificateExpiring: nothing,
  });
}

function nothing(): void {}
