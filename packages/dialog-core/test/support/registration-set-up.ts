import type { Registration, RegistrationOptions } from "@sidetone/dialog-core";
import { Challenge, Contact, type ContactAddress, type SipRequest } from "@sidetone/sip-core";
import { virtualEnvironment, WireLog, type VirtualEnvironment } from "@sidetone/testkit";
import { expect, onTestFailed } from "vitest";
import { ScriptedRegistrar } from "./scripted-registrar.ts";
import { TestAgent, type TestAgentOptions } from "./test-agent.ts";

export const instanceId = "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6";
export const challenge = (options: Partial<Parameters<typeof Challenge.digest>[0]> = {}): string =>
  Challenge.digest({ realm: "example.com", nonce: "nonce1", qop: ["auth"], ...options }).toString();
export const account = { username: "alice", password: "secret" };

export interface RegistrationSetUp extends Partial<RegistrationOptions> {
  agent?: TestAgentOptions;
  /** Alice's host, for one behind a NAT. */
  environment?: VirtualEnvironment;
}

/** Alice on 10.0.0.1, and a registrar on 10.0.0.2 that says what the test wants. */
export async function registrationSetUp({
  agent = {},
  environment = virtualEnvironment({ host: "10.0.0.1" }),
  ...options
}: RegistrationSetUp = {}) {
  const { clock } = environment;
  const log = new WireLog(environment.virtualNetwork);
  log.printOnFailure(onTestFailed);
  const alice = new TestAgent("alice", environment, agent);
  await alice.listen();
  const registrar = await new ScriptedRegistrar(virtualEnvironment({ host: "10.0.0.2", beside: environment })).listen();
  /** What the user heard, one entry per change. */
  const heard: string[] = [];
  const user = {
    onRegistrationChanged: ({ status, error, retryAtMs }: Registration) =>
      heard.push([status, error?.statusCode, retryAtMs === undefined ? undefined : "retry"].filter((part) => part !== undefined).join(" ")),
  };
  const registration = alice.core.registration(
    { registrar: "sip:10.0.0.2", addressOfRecord: "sip:alice@example.com", contactUser: "alice", accountId: "work", ...options },
    user,
  );
  return {
    alice,
    clock,
    environment,
    registrar,
    registration,
    heard,
    /** Registers, and lets it be answered. */
    registered: async () => {
      registration.register();
      await clock.advance(100);
      expect(registration.status).toBe("Active");
    },
    expectNothingLeft: async () => {
      registration.close();
      expect(registration.status).toBe("Cancelled");
      await clock.advance(70_000);
      await alice.core.close();
      await alice.transports.close();
      await registrar.close();
      expect(clock.pendingTimers, "timers").toBe(0);
    },
  };
}

/** The URI in the first Contact. */
export const contactOf = (request: SipRequest): string => (request.getAll(Contact)[0] as ContactAddress).uri.toString();
export const seconds = (ms: number): number => ms / 1000;
