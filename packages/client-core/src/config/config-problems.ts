import { ClientError } from "../errors/client-error.ts";

/** What is wrong with a configuration, collected so that one error names it all. */
export class ConfigProblems {
  readonly #names: Readonly<Record<string, string>>;
  readonly #invalid = new Set<string>();
  readonly #unsupported = new Set<string>();

  /** @param names what a field is called to the one who set it, where that is another name. */
  constructor(names: Readonly<Record<string, string>> = {}) {
    this.#names = names;
  }

  /** The field has a value that makes no sense. */
  invalid(field: string, wanted: string): void {
    this.#invalid.add(`${this.#nameOf(field)} must be ${wanted}`);
  }

  /** The field asks for something that there is not, or not yet. */
  unsupported(field: string, advice: string): void {
    this.#unsupported.add(`${this.#nameOf(field)}: ${advice}`);
  }

  /** Adds what `check` throws, whose message begins with the field. */
  collect(check: () => unknown): void {
    try {
      check();
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      const message = error.message.replace(/^[\w.[\]]+/, (field) => this.#nameOf(field));
      if (error.code === "CONFIG_UNSUPPORTED") this.#unsupported.add(message);
      else this.#invalid.add(message);
    }
  }

  /** @throws {ClientError} `CONFIG_INVALID` when anything is invalid, else `CONFIG_UNSUPPORTED` when anything cannot be honoured. */
  throwIfAny(): void {
    const problems = [...this.#invalid, ...this.#unsupported];
    if (problems.length === 0) return;
    throw new ClientError(this.#invalid.size > 0 ? "CONFIG_INVALID" : "CONFIG_UNSUPPORTED", problems.join("; "));
  }

  #nameOf(field: string): string {
    return Object.hasOwn(this.#names, field) ? this.#names[field]! : field;
  }
}
