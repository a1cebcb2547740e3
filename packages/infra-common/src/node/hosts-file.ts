import { readFile, stat } from "node:fs/promises";
import { addressFamily, normaliseAddress } from "../ip-address.ts";

/** Where the system keeps the names that it knows without asking anybody. */
const systemPath =
  process.platform === "win32" ? `${process.env["SystemRoot"] ?? "C:\\Windows"}\\System32\\drivers\\etc\\hosts` : "/etc/hosts";

/** The addresses in a hosts file, which precede the domain name system (hosts(5)). Read again when it has changed. */
export class HostsFile {
  readonly #path: string;
  /** Time and size of the file as read. */
  #version = "";
  #addresses: ReadonlyMap<string, readonly string[]> = new Map();

  constructor(path: string = systemPath) {
    this.#path = path;
  }

  /** The addresses of `name`, of both families; none when the file does not name it or cannot be read. */
  async addressesOf(name: string): Promise<readonly string[]> {
    const version = await stat(this.#path).then(
      ({ mtimeMs, size }) => `${mtimeMs} ${size}`,
      () => "none",
    );
    if (version !== this.#version) {
      this.#addresses = parseHosts(await readFile(this.#path, "utf8").catch(() => ""));
      this.#version = version;
    }
    return this.#addresses.get(name.toLowerCase()) ?? [];
  }
}

/** `address name alias…` on each line, with comments from `#` on. */
function parseHosts(text: string): Map<string, string[]> {
  const addresses = new Map<string, string[]>();
  for (const line of text.split("\n")) {
    const [address = "", ...names] = line.replace(/#.*/, "").trim().split(/\s+/);
    if (!addressFamily(address)) continue;
    for (const name of names) {
      const key = name.toLowerCase();
      const known = addresses.get(key);
      if (known) known.push(normaliseAddress(address));
      else addresses.set(key, [normaliseAddress(address)]);
    }
  }
  return addresses;
}
