import type { ServerDigestAlgorithm } from "@sidetone/dialog-core";
import { InvalidArgumentError } from "commander";

// What the values of options must look like; commander puts the option's name before the advice.

export function hertz(text: string): number {
  const value = numberOf(text);
  if (!(value >= 20 && value <= 20_000)) throw new InvalidArgumentError("Give a frequency in Hz, from 20 to 20000.");
  return value;
}

export function seconds(text: string): number {
  const value = numberOf(text);
  if (!(value >= 0 && value < Infinity)) throw new InvalidArgumentError("Give a number of seconds, 0 or more.");
  return value;
}

/** Of a registration: whole seconds. */
export function lifetime(text: string): number {
  const value = numberOf(text);
  if (!Number.isSafeInteger(value) || value < 1 || value >= 2 ** 31)
    throw new InvalidArgumentError("Give a whole number of seconds, 1 or more.");
  return value;
}

export function count(text: string): number {
  const value = numberOf(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError("Give a whole number, 1 or more.");
  return value;
}

/** Key presses (RFC 4733 §3.2). */
export function digits(text: string): string {
  if (!/^[0-9*#A-D]+$/i.test(text)) throw new InvalidArgumentError("Give key presses of 0-9, *, # and A-D, without spaces.");
  return text.toUpperCase();
}

export function codecNames(text: string): string[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.includes("")) throw new InvalidArgumentError("Give codec names separated by commas, like PCMU,PCMA.");
  return names;
}

const algorithms: readonly ServerDigestAlgorithm[] = ["SHA-256", "SHA-512-256", "MD5"];

export function algorithmNames(text: string): ServerDigestAlgorithm[] {
  return text.split(",").map((name) => {
    const algorithm = algorithms.find((known) => known.toLowerCase() === name.trim().toLowerCase());
    if (!algorithm) throw new InvalidArgumentError(`Give names out of ${algorithms.join(", ")}, separated by commas.`);
    return algorithm;
  });
}

function numberOf(text: string): number {
  return text.trim() === "" ? NaN : Number(text);
}
