import type { Account, Client, RegistrationInfo, RegistrationState } from "@sidetone/client-core";
import { Narrator, type Fields } from "./narrator.ts";

/** Tells what becomes of a registration, in words or in JSON. */
export class RegistrationNarrator extends Narrator {
  /** In words, what comes before is the error that the command ends with. */
  #isRegistered = false;

  begin({ uri, registrar }: Account): void {
    if (!this.json) this.output.line(`registering ${uri.toString()} at ${registrar}`);
  }

  follow(client: Client): void {
    client.on("registrationChanged", ({ registration, previousState }) => this.#tell(registration, previousState));
  }

  /** The binding, and those of other phones. */
  report(registration: RegistrationInfo): void {
    const { uri, registrar, contact, bindings } = registration;
    this.#isRegistered = true;
    const expiresSeconds = this.#secondsLeft(registration.expiresAtMs);
    if (this.json) {
      const report = { type: "RegistrationReport", uri, registrar, contact, expiresSeconds, bindings: bindings.map(plainBinding) };
      return this.output.line(JSON.stringify(report));
    }
    this.output.line(`registered as ${contact} for ${expiresSeconds} s`);
    for (const binding of bindings) {
      if (binding.contact === contact) continue;
      const life = binding.expiresSeconds === undefined ? "" : ` for ${binding.expiresSeconds} s`;
      this.output.line(`  beside it  ${binding.contact}${life}`);
    }
  }

  #tell(registration: RegistrationInfo, previousState: RegistrationState): void {
    const { uri, state, error, contact } = registration;
    if (this.json) return this.say("RegistrationStatusChanged", undefined, registrationFields(registration, previousState));
    if (!this.#isRegistered) return;
    const retrySeconds = this.#secondsLeft(registration.retryAtMs);
    const retry = retrySeconds === null ? "" : `; next try in ${retrySeconds} s`;
    if (error) this.output.line(`${words[state]}: ${problemOf(uri, error.message)}${retry}`);
    else if (state === "Active" && previousState === "Active")
      this.output.line(`refreshed for ${this.#secondsLeft(registration.expiresAtMs)} s`);
    else if (state === "Active" && previousState !== "Pending") this.output.line(`registered again as ${contact}`);
    else if (state === "Cancelled") this.output.line("un-registered");
  }

  #secondsLeft(atMs: number | undefined): number | null {
    return atMs === undefined ? null : Math.max(0, Math.round((atMs - this.clock.wallNow()) / 1000));
  }
}

const words: Readonly<Record<RegistrationState, string>> = {
  Pending: "trying again after",
  Active: "still registered, but not refreshed",
  Failed: "not registered",
  Expired: "the registration has run out",
  Cancelled: "un-registered, which the registrar did not confirm",
};

/** What went wrong, where it is plain whose registration it was. */
export function problemOf(uri: string, message: string): string {
  return message.replace(`Registration of ${uri}: `, "");
}

/** A change of a registration, for programs. */
export function registrationFields(registration: RegistrationInfo, previousState: RegistrationState): Fields {
  const { uri, state, contact = null, expiresAtMs = null, retryAtMs = null, error = null } = registration;
  return { uri, state, previousState, contact, expiresAtMs, retryAtMs, error };
}

function plainBinding({ contact, expiresSeconds, q, instanceId, regId }: RegistrationInfo["bindings"][number]): object {
  return { contact, expiresSeconds: expiresSeconds ?? null, q: q ?? null, instanceId: instanceId ?? null, regId: regId ?? null };
}
