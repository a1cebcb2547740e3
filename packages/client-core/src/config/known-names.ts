import { ClientError } from "../errors/client-error.ts";

/** The names of an options object; the compiler keeps them complete. */
export type KnownNames<Options extends object> = Readonly<Record<keyof Required<Options>, true>>;

/** @throws {ClientError} `CONFIG_INVALID` for a name that is no option: what is not understood is refused, never ignored. */
export function refuseUnknownNames(options: object, known: Readonly<Record<string, true>>, where: string): void {
  if (typeof options !== "object" || options === null) throw new ClientError("CONFIG_INVALID", `${where}: the options are an object`);
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(known, name)) continue;
    throw new ClientError("CONFIG_INVALID", `${where}: ${name} is no option; there are ${Object.keys(known).join(", ")}`);
  }
}
