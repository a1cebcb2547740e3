import { ClientError } from "../errors/client-error.ts";

/** What is wrong with a configuration, collected so that one error names it all. */
export class ConfigProblems {
  readonly #invalid: string[] = [];
  readonly #unsupported: string[] = [];

  /** The field has a value that makes no sense. */
  invalid(field: string, wanted: string): void {
    this.#invalid.push(`${field} must be ${wanted}`);
  }

  /** The field asks for something that there is not, or not yet. */
  unsupported(field: string, advice: string): void {
    this.#unsupported.push(`${field}: ${advice}`);
  }

  /** Adds what `check` throws. */
  collect(check: () => unknown): void {
    try {
      check();
    } catch (error) {
      if (ClientError.is(error, "CONFIG_UNSUPPORTED")) this.#unsupported.push(error.message);
      else if (ClientError.is(error, "CONFIG_INVALID")) this.#invalid.push(error.message);
      else throw error;
    }
  }

  /** @throws {ClientError} `CONFIG_INVALID` when anything is invalid, else `CONFIG_UNSUPPORTED` when anything cannot be honoured. */
  throwIfAny(): void {
    const problems = [...this.#invalid, ...this.#unsupported];
    if (problems.length === 0) return;
    throw new ClientError(this.#invalid.length > 0 ? "CONFIG_INVALID" : "CONFIG_UNSUPPORTED", problems.join("; "));
  }
}
