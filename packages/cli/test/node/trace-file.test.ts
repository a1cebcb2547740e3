import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { commandLine, type CommandLine } from "../support/command-line.ts";

function setUp(): CommandLine & { folder: string } {
  const folder = mkdtempSync(join(tmpdir(), "sidetone-cli-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return { ...commandLine(), folder };
}

describe("--trace", () => {
  test("writes every message, secrets removed, and the ladder", async () => {
    const { run, end, stub, folder } = setUp();
    await stub((request) => (request.has("Authorization") ? [603] : [401, ["WWW-Authenticate", 'Digest realm="r", nonce="n1"']]));
    const path = join(folder, "trace.txt");
    const command = run(`call sip:bob@10.0.0.2 --user alice --trace ${path}`, { variables: { SIDETONE_PASSWORD: "secret" } });
    expect(await end(command)).toBe(6);
    const trace = readFileSync(path, "utf8");
    expect(trace).toMatch(/^--- 0\.000 s {2}UDP {2}10\.0\.0\.1:\d+ -> 10\.0\.0\.2:5060\nINVITE sip:bob@10\.0\.0\.2 SIP\/2\.0\nVia: /);
    expect(trace).toContain("\nv=0\n");
    expect(trace).toMatch(/Authorization: Digest username="alice".* response=<redacted>/);
    expect(trace).not.toContain("secret");
    expect(trace).not.toMatch(/response="/);
    const ladder = trace.slice(trace.indexOf("=== ladder\n")).match(/INVITE \(SDP\)|401 Unauthorized|ACK|603 Decline/g);
    expect(ladder).toEqual(["INVITE (SDP)", "401 Unauthorized", "ACK", "INVITE (SDP)", "603 Decline", "ACK"]);
  });

  test.each([
    ["call", (path: string) => `call sip:bob@10.0.0.2 --user alice --trace ${path}`],
    ["register", () => "register sip:alice@10.0.0.2 --user alice"],
  ])("%s: neither the trace nor what is printed, plain or as JSON, tells a password or what was made of it", async (_name, words) => {
    const { run, end, stub, folder } = setUp();
    const digests: string[] = [];
    await stub((request) => {
      const digest = /response="([0-9a-f]+)"/.exec(request.getText("Authorization") ?? "")?.[1];
      if (digest !== undefined) digests.push(digest);
      return [401, ["WWW-Authenticate", 'Digest realm="r", nonce="n1"']];
    });
    const path = join(folder, "trace.txt");
    for (const json of ["", " --json"]) {
      const { terminal, ...command } = run(words(path) + json, { variables: { SIDETONE_PASSWORD: "secret-horse" } });
      expect(await end({ terminal, ...command })).not.toBe(0);
      const trace = existsSync(path) ? readFileSync(path, "utf8") : "";
      const seen = [trace, terminal.out, terminal.err].join("\n");
      expect(["secret-horse", ...digests].filter((secret) => seen.includes(secret))).toEqual([]);
    }
    expect(digests.length).toBeGreaterThan(1);
  });

  test("is complete also when nobody answers at all", async () => {
    const { run, end, folder } = setUp();
    const path = join(folder, "trace.txt");
    expect(await end(run(`call sip:bob@10.0.0.2 --trace ${path}`))).toBe(7);
    expect(readFileSync(path, "utf8").match(/^INVITE /gm)).toHaveLength(7); // Timer A: 0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5 s
  });

  test("a file that cannot be completed is an error, and the call goes on", async () => {
    const { run, end, peer } = setUp();
    const bob = await peer();
    bob.onIncoming((incoming) => incoming.answer());
    const command = run("call sip:bob@10.0.0.2 --duration 1 --trace /dev/full");
    expect(await end(command)).toBe(1);
    expect(command.terminal.out).toContain("call ended: hung up here after 1.0 s");
    expect(command.terminal.err).toMatch(/--trace: cannot write "\/dev\/full" \(ENOSPC/);
  });
});
