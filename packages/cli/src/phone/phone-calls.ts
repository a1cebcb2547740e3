import { UsageError } from "../usage-error.ts";
import type { PhoneCall } from "./phone-call.ts";

/** The calls of a phone that have not ended. Each has a number; one may be selected, which is the one that is talked to. */
export class PhoneCalls {
  /** The call that verbs without a number are about. */
  selected: PhoneCall | undefined;
  readonly #calls = new Map<number, PhoneCall>();

  /** By their numbers. */
  get all(): readonly PhoneCall[] {
    return [...this.#calls.values()].sort((one, other) => one.number - other.number);
  }

  /** The lowest one that no call has. */
  get freeNumber(): number {
    let number = 1;
    while (this.#calls.has(number)) number++;
    return number;
  }

  add(call: PhoneCall): void {
    this.#calls.set(call.number, call);
  }

  delete({ number }: PhoneCall): void {
    this.#calls.delete(number);
  }

  /** Selects another one, rather one that is connected; gives it. */
  selectAnother(): PhoneCall | undefined {
    const { all } = this;
    this.selected = all.find(({ isConnected }) => isConnected) ?? all[0];
    return this.selected;
  }

  /** The call of this number, or the selected one. @throws {UsageError} */
  require(number?: number): PhoneCall {
    const found = number === undefined ? this.selected : this.#calls.get(number);
    if (found) return found;
    const there = this.all.map((each) => each.number).join(", ");
    if (number === undefined) throw new UsageError(there === "" ? "there is no call" : `no call is selected; switch to one of ${there}`);
    throw new UsageError(there === "" ? `there is no call ${number}` : `there is no call ${number}; there are ${there}`);
  }

  /** The call of this number, or whoever calls first. @throws {UsageError} when nobody waits there. */
  requireWaiting(number?: number): PhoneCall {
    const found = number === undefined ? this.all.find(({ waiting }) => waiting) : this.require(number);
    if (found?.waiting) return found;
    throw new UsageError(found ? `call ${found.number} is no incoming call that waits` : "nobody calls");
  }
}
