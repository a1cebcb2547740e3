import { DigestServer, type DigestServerOptions } from "@sidetone/dialog-core";
import { createRegistrarServer, Users, type RegistrarServer, type RegistrarServerOptions } from "@sidetone/registrar-core";
import { createSipTransports, type SipTransports } from "@sidetone/sip-transport";
import { virtualEnvironment, WireLog, type VirtualClock, type VirtualEnvironment } from "@sidetone/testkit";
import { expect, onTestFailed, onTestFinished } from "vitest";
import { Phone } from "./phone.ts";

export interface RegistrarScenarioOptions extends RegistrarServerOptions {
  /** Lines of the users file; with them there is a digest server. */
  users?: string;
  digest?: Partial<DigestServerOptions>;
  onListenerError?: "rethrow" | "collect";
}

export interface RegistrarScenario {
  readonly clock: VirtualClock;
  readonly environment: VirtualEnvironment;
  readonly transports: SipTransports;
  readonly server: RegistrarServer;
  readonly users: Users;
  readonly phone: Phone;
  /** What the location service told: `added alice@example.com sip:…`. */
  readonly events: string[];
  /** Another phone, on a host of its own. */
  anotherPhone(address: string): Promise<Phone>;
}

/** A registrar for example.com on 10.0.0.1 (UDP and TCP), and a phone on 10.0.0.2. At the end no timer and no binding may be left. */
export async function registrarScenario(options: RegistrarScenarioOptions = {}): Promise<RegistrarScenario> {
  const { users: lines, digest, onListenerError = "rethrow", ...serverOptions } = options;
  const environment = virtualEnvironment({ host: "10.0.0.1", onListenerError });
  const { clock, virtualNetwork } = environment;
  const log = new WireLog(virtualNetwork, { names: { "10.0.0.1": "registrar", "10.0.0.2": "phone" } });
  log.printOnFailure(onTestFailed);
  const transports = createSipTransports(environment);
  const users = new Users("example.com");
  if (lines !== undefined) users.load(lines, "users");
  const authentication =
    lines === undefined ? undefined : new DigestServer(environment, { realm: "example.com", secrets: users, ...digest });
  const server = createRegistrarServer(environment, transports, { domains: ["example.com"], authentication, ...serverOptions });
  for (const transport of ["UDP", "TCP"] as const) await transports.listen({ transport, address: "10.0.0.1", port: 5060 });
  const events: string[] = [];
  const { location } = server.registrar;
  location.on("bindingAdded", ({ binding }) => events.push(`added ${binding.addressOfRecord} ${binding.contact}`));
  location.on("bindingRefreshed", ({ binding }) => events.push(`refreshed ${binding.addressOfRecord} ${binding.contact}`));
  location.on("bindingRemoved", ({ binding, cause }) => events.push(`${cause} ${binding.addressOfRecord} ${binding.contact}`));
  location.on("bindingExpired", ({ binding }) => events.push(`expired ${binding.addressOfRecord} ${binding.contact}`));
  const phones: Phone[] = [];
  const anotherPhone = async (address: string): Promise<Phone> => {
    const phone = new Phone(virtualEnvironment({ host: address, beside: environment }));
    await phone.listen();
    phones.push(phone);
    return phone;
  };
  const phone = await anotherPhone("10.0.0.2");
  onTestFinished(async () => {
    await clock.advance(64_000);
    await server.close();
    await transports.close();
    for (const each of phones) await each.close();
    await clock.advance(1_000);
    expect(clock.pendingTimers, "timers").toBe(0);
    expect(location.size, "bindings").toBe(0);
  });
  return { clock, environment, transports, server, users, phone, events, anotherPhone };
}
