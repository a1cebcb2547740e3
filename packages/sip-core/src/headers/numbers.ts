import { isDigit } from "../grammar/character-class.ts";

/** Largest delta-seconds (RFC 3261 §20.19). */
export const maxDeltaSeconds: number = 2 ** 32 - 1;

/** 1*DIGIT as a number; larger ones than `max` give Infinity, what is no number gives undefined. */
export function parseDigits(text: string, max: number): number | undefined {
  if (text === "") return undefined;
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (!isDigit(code)) return undefined;
    value = value * 10 + code - 0x30;
  }
  return value > max ? Infinity : value;
}

/** Whether `value` is a whole number from 0 to `max`. */
export function isUnsigned(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= max;
}

/** delta-seconds; a number above 2³² − 1 is read as 2³² − 1. */
export function parseDeltaSeconds(text: string): number | undefined {
  const seconds = parseDigits(text, maxDeltaSeconds);
  return seconds === Infinity ? maxDeltaSeconds : seconds;
}

/** qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] ), and without the 0 before the point. */
export function parseQualityValue(text: string): number | undefined {
  return /^(?:0?\.\d{1,3}|0\.?|1(?:\.0{0,3})?)$/.test(text) ? Number(text) : undefined;
}

/** A qvalue with at most three decimals. */
export function formatQualityValue(q: number): string {
  return String(Math.round(q * 1000) / 1000);
}
