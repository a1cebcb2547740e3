// Command lines of the drivers: `--name value`, or `--name` alone for a switch.

/** The value of `--name`, or `fallback`. */
export function option(name, fallback) {
  const index = process.argv.indexOf(`--${name}`);
  return index < 0 ? fallback : process.argv[index + 1];
}

/** Whether `--name` is there. */
export const isSet = (name) => process.argv.includes(`--${name}`);

/** The comma list of `--name`, or undefined without it. */
export const list = (name) => option(name)?.split(",");
