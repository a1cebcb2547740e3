import { parseUsers, Users } from "@sidetone/registrar-core";
import { computeHa1 } from "@sidetone/sip-core";
import { describe, expect, test } from "vitest";

const realm = "example.com";
const ha1 = (algorithm: "MD5" | "SHA-256" | "SHA-512-256", username = "alice", password = "secret") =>
  computeHa1({ username, password, realm, algorithm });

function setUp(...lines: string[]): Users {
  const users = new Users(realm);
  users.load(lines.join("\n"), "users.txt");
  return users;
}

function problemOf(text: string): string {
  try {
    parseUsers(text, "users.txt");
    return "none";
  } catch (error) {
    expect(error).toMatchObject({ code: "REGISTRAR_USERS", name: "RegistrarError" });
    return (error as Error).message;
  }
}

describe("A list of users", () => {
  test("holds passwords, from which the hash for each algorithm is made", () => {
    const users = setUp("\uFEFF# who may log in", "", "alice: secret \r", "  # not bob");
    for (const algorithm of ["MD5", "SHA-256", "SHA-512-256"] as const) expect(users.ha1("alice", realm, algorithm)).toBe(ha1(algorithm));
    expect([users.size, users.has("alice"), users.has("bob"), [...users.names()]]).toEqual([1, true, false, ["alice"]]);
  });

  test("holds hashes by algorithm, in either case", () => {
    const users = setUp(`alice:{SHA-256}${ha1("SHA-256").toUpperCase()}`, `alice:{md5}${ha1("MD5")}`);
    expect(users.ha1("alice", realm, "SHA-256")).toBe(ha1("SHA-256"));
    expect(users.ha1("alice", realm, "MD5")).toBe(ha1("MD5"));
    expect(users.ha1("alice", realm, "SHA-512-256")).toBeUndefined();
  });

  test.each([
    ["alice:a:b#c", "a:b#c"],
    ["alice:{plain}{MD5}x", "{MD5}x"],
    ["alice:{open", "{open"],
    ["alice:pässwörd", "pässwörd"],
  ])("takes %s as it is meant", (line, password) => {
    expect(setUp(line).ha1("alice", realm, "MD5")).toBe(ha1("MD5", "alice", password));
  });

  test("knows nobody in another realm, and nobody that is not in it", () => {
    const users = setUp("alice:secret");
    expect(users.ha1("alice", "example.org", "MD5")).toBeUndefined();
    expect(users.ha1("__proto__", realm, "MD5")).toBeUndefined();
  });

  test.each([
    ["alice", "users.txt:1: no colon after the username"],
    ["# a\n:secret", "users.txt:2: no username before the colon"],
    ["alice:", "users.txt:1: no password after the colon"],
    ["alice:{plain}", "users.txt:1: no password after {plain}"],
    ["alice:{SHA-1}hidden", "users.txt:1: the braces must hold MD5, SHA-256, SHA-512-256 or plain"],
    ["alice:{MD5}hidden", "users.txt:1: a hash for MD5 has 32 hexadecimal digits"],
    [`alice:{SHA-256}${ha1("MD5")}`, "users.txt:1: a hash for SHA-256 has 64 hexadecimal digits"],
    ["alice:hidden\nalice:hidden", "users.txt:2: the user has a secret already, on a line above"],
    [`alice:{MD5}${ha1("MD5")}\nalice:{MD5}${ha1("MD5")}`, "users.txt:2: the user has a secret for MD5 already, on a line above"],
    ["x\nalice:ok\ny", "users.txt:1: no colon after the username; users.txt:3: no colon after the username"],
  ])("names the line of what is wrong, and not what stands there: %j", (text, message) => {
    expect(problemOf(text)).toBe(message);
    expect(problemOf(text)).not.toContain("hidden");
  });

  test("names five lines at most", () => {
    expect(problemOf("x\n".repeat(9))).toMatch(/^(users\.txt:[1-5]: [^;]*; ){5}and 4 more lines$/);
  });

  test("is exchanged as a whole, and tells who is no more; a wrong one changes nothing", () => {
    const users = setUp("alice:secret", "bob:secret");
    expect(users.load("bob:other\ncarol:secret", "users.txt")).toEqual(["alice"]);
    expect(users.ha1("bob", realm, "MD5")).toBe(ha1("MD5", "bob", "other"));
    expect(() => users.load("nonsense", "users.txt")).toThrow("users.txt:1");
    expect([...users.names()]).toEqual(["bob", "carol"]);
  });
});
