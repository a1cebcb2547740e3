import { createPrivateKey } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { issueCertificate } from "@sidetone/testkit";
import { describe, expect, onTestFinished, test } from "vitest";
import { commandLine } from "./support/command-line.ts";
import type { FakeTerminalOptions } from "./support/fake-terminal.ts";

const password = "config-horse-1";
const typed = "typed-horse-2";
const passphrase = "phrase-horse-3";
const wrongPhrase = "phrase-horse-4";
const own = issueCertificate({ commonName: "alice", names: ["IP:10.0.0.1"] });
const key = createPrivateKey(own.key).export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase }) as string;
const keyLine = own.key.split("\n")[2]!;

/** A home with passwords in its config file, and a server on 10.0.0.2 that wants one of them. */
async function setUp({ storesPassword = true, storedPhrase = passphrase } = {}) {
  const home = mkdtempSync(join(tmpdir(), "sidetone-secrets-"));
  onTestFinished(() => rmSync(home, { recursive: true }));
  const folder = join(home, ".config", "sidetone");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(home, "own.pem"), own.cert);
  writeFileSync(join(home, "own.key"), key, { mode: 0o600 });
  const account = { uri: "sip:alice@10.0.0.2", ...(storesPassword && { password }) };
  const tls = { cert: join(home, "own.pem"), key: join(home, "own.key"), passphrase: storedPhrase };
  writeFileSync(join(folder, "config.json"), JSON.stringify({ accounts: [account], tls }), { mode: 0o600 });
  const line = commandLine();
  const digests: string[] = [];
  await line.stub((request) => {
    const digest = /response="([0-9a-f]+)"/.exec(request.getText("Authorization") ?? "")?.[1];
    if (digest === undefined) return [401, ["WWW-Authenticate", 'Digest realm="r", nonce="n1", algorithm=SHA-256, qop="auth"']];
    digests.push(digest);
    if (request.method === "REGISTER") return [200, ["Contact", `${request.getText("Contact")};expires=60`]];
    return [request.method === "OPTIONS" ? 200 : 486];
  });
  const variables = { HOME: home, XDG_STATE_HOME: join(home, "state") };
  const run = (words: string, options: FakeTerminalOptions = {}): ReturnType<typeof line.run> => line.run(words, { ...options, variables });
  /** What of all that is secret is in `text`, or was left in a file. */
  const seenIn = (text: string): string[] => {
    const kept = readdirSync(home, { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile() && !["config.json", "own.key"].includes(file.name))
      .map((file) => readFileSync(join(file.parentPath, file.name), "utf8"));
    const all = [text, ...kept].join("\n");
    return [password, typed, passphrase, wrongPhrase, keyLine, ...digests].filter((secret) => all.includes(secret));
  };
  return { ...line, run, seenIn, digests, home };
}

describe("No password, passphrase or digest is seen", () => {
  test.each([
    "register",
    "register --json",
    "doctor",
    "doctor --json",
    "options sip:bob@10.0.0.2 --json",
    "call sip:bob@10.0.0.2",
    "call sip:bob@10.0.0.2 --json --trace %/trace.txt",
  ])("of the config file in what `%s` writes", async (words) => {
    const { run, end, seenIn, digests, home } = await setUp();
    const { terminal, exitCode } = run(words.replace("%", home));
    await end({ terminal, exitCode });
    expect([seenIn(terminal.out + terminal.err), digests.length > 0]).toEqual([[], true]);
    expect(terminal.out).not.toBe("");
  });

  test("in what the phone writes, and in the history that it keeps", async () => {
    const { run, end, clock, seenIn, digests, home } = await setUp({ storesPassword: false });
    const here = run("phone", { interactive: true, askSecret: () => Promise.resolve(typed) });
    await clock.advance(500);
    for (const words of ["call sip:bob@10.0.0.2", "accounts", "history", "quality"]) {
      here.terminal.lines.type(words);
      await clock.advance(500);
    }
    here.terminal.lines.end();
    await end(here);
    expect(readFileSync(join(home, "state", "sidetone", "phone-lines"), "utf8")).toContain("call sip:bob@10.0.0.2");
    expect(here.terminal.out).toContain("registered as");
    expect([seenIn(here.terminal.out + here.terminal.err), digests.length > 1]).toEqual([[], true]);
  });

  test.each(["register --server sip:10.0.0.2;transport=tls", "answer --listen 10.0.0.1:5060 --max-calls 1"])(
    "of a private key whose passphrase is wrong: `%s`",
    async (words) => {
      const { run, end, seenIn } = await setUp({ storedPhrase: wrongPhrase });
      const { terminal, exitCode } = run(words);
      expect(await end({ terminal, exitCode })).not.toBe(0);
      expect(terminal.err).toMatch(/key/);
      expect(seenIn(terminal.out + terminal.err)).toEqual([]);
    },
  );
});
