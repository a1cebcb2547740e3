import { addressFamily, isWildcard } from "@sidetone/infra-common";
import { z } from "zod";

/** The message of a field, whether it is missing or wrong. */
export const must =
  (wanted: string): ((issue: { readonly input: unknown }) => string) =>
  ({ input }) =>
    `${input === undefined ? "is missing; it " : ""}must be ${wanted}`;

export const text = (wanted: string, isRight: (text: string) => boolean = () => true): z.ZodString =>
  z.string({ error: must(wanted) }).refine((value) => value !== "" && !/[\x00-\x08\x0a-\x1f\x7f]/.test(value) && isRight(value), {
    error: must(wanted),
  });

/** One that others can reach, or this machine is reached at. */
export const numericAddress = (wanted: string): z.ZodString =>
  text(wanted, (value) => addressFamily(value) !== undefined && !isWildcard(value));
