import type { ServerDigestAlgorithm } from "@sidetone/dialog-core";
import { RegistrarError } from "../errors.ts";

/** What is known of a user: the password, or hashes made of it (RFC 7616 §3.4.2) by algorithm. */
export interface UserSecrets {
  password?: string;
  readonly ha1: Map<ServerDigestAlgorithm, string>;
}

const hashDigits: Readonly<Record<ServerDigestAlgorithm, number>> = { MD5: 32, "SHA-256": 64, "SHA-512-256": 64 };
const maxProblems = 5;

/**
 * Reads a list of users, one secret a line; empty lines and lines that begin with `#` say nothing:
 *
 * ```text
 * alice:her password          (white space at the ends is no part of it)
 * bob:{plain}{odd password}   (for one that begins with a brace)
 * carol:{SHA-256}9f86d081…    (H(username:realm:password) in hexadecimal digits)
 * carol:{MD5}5f4dcc3b…        (a further line for a further algorithm)
 * ```
 *
 * @param source Name of the list, for messages.
 * @throws {RegistrarError} `REGISTRAR_USERS`, with the numbers of the lines at fault and nothing of what stands in them.
 */
export function parseUsers(text: string, source: string): Map<string, UserSecrets> {
  const users = new Map<string, UserSecrets>();
  const problems: string[] = [];
  text.split(/\r\n|\r|\n/).forEach((line, index) => {
    const problem = isSilent(line) ? undefined : addSecret(users, line);
    if (problem !== undefined) problems.push(`${source}:${index + 1}: ${problem}`);
  });
  if (problems.length === 0) return users;
  const more = problems.length > maxProblems ? [`and ${problems.length - maxProblems} more lines`] : [];
  throw new RegistrarError("REGISTRAR_USERS", [...problems.slice(0, maxProblems), ...more].join("; "));
}

function isSilent(line: string): boolean {
  const trimmed = line.trim();
  return trimmed === "" || trimmed.startsWith("#");
}

/** Takes one line; what is wrong with it, or undefined. */
function addSecret(users: Map<string, UserSecrets>, line: string): string | undefined {
  const colon = line.indexOf(":");
  if (colon < 0) return "no colon after the username";
  const username = line
    .slice(0, colon)
    .replace(/^\uFEFF/, "")
    .trim();
  const secret = line.slice(colon + 1).trim();
  if (username === "") return "no username before the colon";
  if (secret === "") return "no password after the colon";
  const user = users.get(username) ?? { ha1: new Map() };
  const [, scheme, value = ""] = /^\{([^}]*)\}(.*)$/.exec(secret) ?? [];
  const problem =
    scheme === undefined || scheme === "plain" ? addPassword(user, scheme === undefined ? secret : value) : addHash(user, scheme, value);
  if (problem === undefined) users.set(username, user);
  return problem;
}

function addPassword(user: UserSecrets, password: string): string | undefined {
  if (user.password !== undefined || user.ha1.size > 0) return "the user has a secret already, on a line above";
  if (password === "") return "no password after {plain}";
  user.password = password;
  return undefined;
}

function addHash(user: UserSecrets, scheme: string, value: string): string | undefined {
  const algorithm = (Object.keys(hashDigits) as ServerDigestAlgorithm[]).find((name) => name.toLowerCase() === scheme.toLowerCase());
  if (!algorithm) return "the braces must hold MD5, SHA-256, SHA-512-256 or plain";
  if (user.password !== undefined || user.ha1.has(algorithm)) return `the user has a secret for ${algorithm} already, on a line above`;
  if (!/^[0-9a-f]*$/i.test(value) || value.length !== hashDigits[algorithm]) {
    return `a hash for ${algorithm} has ${hashDigits[algorithm]} hexadecimal digits`;
  }
  user.ha1.set(algorithm, value.toLowerCase());
  return undefined;
}
