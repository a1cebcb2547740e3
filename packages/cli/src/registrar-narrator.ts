import { formatHostPort, type Clock } from "@sidetone/infra-common";
import type { Binding, LocationService } from "@sidetone/registrar-core";
import { Narrator, type Fields } from "./narrator.ts";

/** Tells what happens at a registrar. Passwords are in none of it. */
export class RegistrarNarrator extends Narrator {
  /** Tells of every binding that comes and goes. */
  follow(location: LocationService): void {
    const tell = (type: string, verb: string, binding: Binding, tail: string, fields: Fields = {}): void =>
      this.say(type, `${binding.addressOfRecord} ${verb} ${binding.contact}${tail}`, { ...bindingFields(binding, this.clock), ...fields });
    location.on("bindingAdded", ({ binding }) => tell("BindingAdded", "registered", binding, this.#origin(binding)));
    location.on("bindingRefreshed", ({ binding, previous }) =>
      tell("BindingRefreshed", "refreshed", binding, this.#origin(binding), { previousContact: previous.contact }),
    );
    location.on("bindingRemoved", ({ binding, cause }) => tell("BindingRemoved", "left", binding, ` (${cause})`, { cause }));
    location.on("bindingExpired", ({ binding }) => tell("BindingExpired", "expired at", binding, ""));
  }

  #origin(binding: Binding): string {
    const { receivedTransport, receivedAddress, receivedPort } = binding;
    return ` for ${secondsLeft(binding, this.clock)} s, from ${receivedTransport} ${formatHostPort(receivedAddress, receivedPort)}`;
  }
}

function bindingFields(binding: Binding, clock: Clock): Fields {
  const { addressOfRecord, contact, q, instanceId, regId, userAgent, receivedTransport, receivedAddress, receivedPort } = binding;
  return {
    addressOfRecord,
    contact,
    q: q ?? null,
    expiresSeconds: secondsLeft(binding, clock),
    received: { transport: receivedTransport, address: receivedAddress, port: receivedPort },
    instanceId: instanceId ?? null,
    regId: regId ?? null,
    userAgent: userAgent ?? null,
  };
}

function secondsLeft({ expiresAtMs }: Binding, clock: Clock): number {
  return Math.max(0, Math.ceil((expiresAtMs - clock.now()) / 1000));
}
