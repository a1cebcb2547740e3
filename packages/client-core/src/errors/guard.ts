import { wrapError } from "./wrap-error.ts";

/** Runs `operation`; what it throws, or its promise rejects with, comes out as a ClientError that begins with `what`. */
export function guard<Result>(what: string, operation: () => Result): Result {
  try {
    const result = operation();
    if (!(result instanceof Promise)) return result;
    return result.catch((error: unknown) => {
      throw wrapError(error, what);
    }) as Result;
  } catch (error) {
    throw wrapError(error, what);
  }
}
