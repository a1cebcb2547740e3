import { InvalidArgumentError } from "commander";
import { UsageError } from "../usage-error.ts";

// What the values behind a verb must look like.

/** A call's number. @throws {UsageError} */
export function callNumber(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new UsageError(`${JSON.stringify(text)} is no number of a call; list shows them`);
  return Number(text);
}

/** A value as options take it too. @throws {UsageError} with the advice that an option would give. */
export function valueOf<Value>(text: string | undefined, parse: (text: string) => Value, wanted: string): Value {
  if (text === undefined) throw new UsageError(`${wanted} is missing`);
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof InvalidArgumentError) throw new UsageError(`${JSON.stringify(text)} is no ${wanted}: ${error.message}`);
    throw error;
  }
}

/** @throws {UsageError} when there are more than `most`. */
export function atMost(most: number, args: readonly string[]): void {
  if (args.length > most) throw new UsageError(`too much: ${JSON.stringify(args[most])} is not understood here`);
}
