import { formatHostPort, type Clock } from "@sidetone/infra-common";
import type { Binding, LocationService } from "@sidetone/registrar-core";
import { explainError } from "./explain-error.ts";
import type { Terminal } from "./terminal.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Tells what happens at a registrar: lines for a person, one JSON object per line for a program. Passwords are in none of them. */
export class RegistrarNarrator {
  readonly #terminal: Terminal;
  readonly #json: boolean;
  readonly #clock: Clock;

  constructor(terminal: Terminal, json: boolean, clock: Clock) {
    this.#terminal = terminal;
    this.#json = json;
    this.#clock = clock;
  }

  say(type: string, text: string, fields: Fields = {}): void {
    if (this.#json) this.#terminal.line(JSON.stringify({ type, timestampMs: Math.round(this.#clock.wallNow()), ...fields }));
    else this.#terminal.line(text);
  }

  /** Something that asks for attention, and the registrar goes on. */
  problem(error: unknown): void {
    const message = explainError(error);
    if (this.#json) this.say("ErrorOccurred", "", { message });
    else this.#terminal.error(message);
  }

  /** Tells of every binding that comes and goes. */
  follow(location: LocationService): void {
    const tell = (type: string, verb: string, binding: Binding, tail: string, fields: Fields = {}): void =>
      this.say(type, `${binding.addressOfRecord} ${verb} ${binding.contact}${tail}`, { ...bindingFields(binding, this.#clock), ...fields });
    location.on("bindingAdded", ({ binding }) => tell("BindingAdded", "registered", binding, this.#origin(binding)));
    location.on("bindingRefreshed", ({ binding, previous }) =>
      tell("BindingRefreshed", "refreshed", binding, this.#origin(binding), { previousContact: previous.contact }),
    );
    location.on("bindingRemoved", ({ binding, cause }) => tell("BindingRemoved", "left", binding, ` (${cause})`, { cause }));
    location.on("bindingExpired", ({ binding }) => tell("BindingExpired", "expired at", binding, ""));
  }

  #origin(binding: Binding): string {
    const { receivedTransport, receivedAddress, receivedPort } = binding;
    return ` for ${secondsLeft(binding, this.#clock)} s, from ${receivedTransport} ${formatHostPort(receivedAddress, receivedPort)}`;
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
