import type { LogFields, Logger } from "@sidetone/infra-common";
import { createSipTransports, type SipTransports, type SipTransportsOptions } from "@sidetone/sip-transport";
import { virtualEnvironment, type VirtualEnvironment, type VirtualEnvironmentOptions } from "@sidetone/testkit";
import { RecordingUser } from "./recording-user.ts";

export interface Party {
  readonly environment: VirtualEnvironment;
  readonly transports: SipTransports;
  readonly user: RecordingUser;
  readonly warnings: { fields: LogFields; message: string }[];
}

/** A stack on a host of its own. */
export function party(environmentOptions: VirtualEnvironmentOptions, options: SipTransportsOptions = {}): Party {
  const warnings: Party["warnings"] = [];
  const warn = (fields: LogFields, message: string): void => void warnings.push({ fields, message });
  const ignore = (): void => {};
  const logger: Logger = { trace: ignore, debug: ignore, info: ignore, warn, error: warn };
  const environment = virtualEnvironment({ logger, ...environmentOptions });
  const transports = createSipTransports(environment, options);
  const user = new RecordingUser();
  transports.user = user;
  return { environment, transports, user, warnings };
}

/** Two stacks on one virtual network: 10.0.0.1 and 10.0.0.2, and fd00::1 and fd00::2. */
export function twoParties(aliceOptions: SipTransportsOptions = {}, bobOptions: SipTransportsOptions = {}): [alice: Party, bob: Party] {
  const alice = party({ host: "10.0.0.1" }, aliceOptions);
  return [alice, party({ host: "10.0.0.2", beside: alice.environment }, bobOptions)];
}
