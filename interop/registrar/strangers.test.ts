import { writeFile } from "node:fs/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { describeWith } from "../peers/process/installed.ts";
import { PeerProcess } from "../peers/process/peer-process.ts";
import { ScratchFolder } from "../peers/process/scratch-folder.ts";
import { runSidetone } from "../under-test/run-sidetone.ts";
import { guessPasswords } from "./guess-passwords.ts";
import { openRegistrar, secretOf } from "./open-registrar.ts";

/** Runs a program to its end, in a folder of its own with these files. */
async function runToEnd(program: string, args: readonly string[], files: Readonly<Record<string, string>> = {}): Promise<PeerProcess> {
  const folder = await ScratchFolder.make(program);
  onTestFinished(() => folder[Symbol.asyncDispose]());
  for (const [name, text] of Object.entries(files)) await writeFile(folder.file(name), text);
  const process = new PeerProcess(program, args, { cwd: folder.path, atMostSeconds: 60, environment: { HOME: folder.path } });
  await process.exited;
  return process;
}

const md5 = ["--algorithms", "MD5"]; // all that these programs know

describeWith(["svwar", "svcrack"], "npx sidetone registrar, scanned by sipvicious", () => {
  test.each(["REGISTER", "INVITE", "OPTIONS"])("svwar finds no user with %s", async (method) => {
    const { port } = await openRegistrar(md5);
    for (const force of [[], ["--force"]]) {
      const scan = await runToEnd("svwar", ["-e", "1000-1006", "-m", method, ...force, "-p", String(port), "127.0.0.1"]);
      const told = [...scan.output.matchAll(/\b100\d\b.*/g)].map(([line]) => line.replace(/100\d/, ""));
      // Forced to, it calls every number alike "reqauth".
      expect(new Set(told).size).toBeLessThan(2);
      if (force.length === 0) expect(scan.output).toContain("found nothing");
    }
  });

  test("svcrack does not come to the password", async () => {
    const { run, port } = await openRegistrar(md5);
    const guesses = Array.from({ length: 100 }, (_, index) => `guess${index}`);
    const words = [...guesses, secretOf("1003"), ""].join("\n");
    const crack = await runToEnd("svcrack", ["-u", "1003", "-d", "words.txt", "-p", String(port), "127.0.0.1"], { "words.txt": words });
    expect(crack.output).toContain("found nothing");
    expect(crack.output).not.toContain(secretOf("1003"));
    expect(run.ofType("BindingAdded")).toEqual([]);
    expect(run.process.output).not.toContain("secret");
  });
});

describe("npx sidetone registrar, while somebody guesses", () => {
  test("100 wrong passwords are limited, the right one among them too; a good user elsewhere registers", async () => {
    const { run, port } = await openRegistrar(md5);
    const guesses = Array.from({ length: 100 }, (_, index) => `guess${index}`);
    const codes = await guessPasswords(port, "1003", [...guesses, secretOf("1003")]);
    expect([codes.slice(0, 20).every((code) => code === 401), codes.filter((code) => code === 401).length <= 25]).toEqual([true, true]);
    expect(codes.at(-1)).toBe(503);
    expect(run.ofType("BindingAdded")).toEqual([]);
    const user = runSidetone(
      ["register", "sip:alice@127.0.0.1", "--server", `sip:127.0.0.1:${port}`, "--listen", "127.0.0.9:0", "--json"],
      {
        environment: { SIDETONE_PASSWORD: secretOf("alice") },
        directly: true,
      },
    );
    expect((await user.ended()).exitCode).toBe(0);
    expect(await run.line("BindingAdded")).toMatchObject({ addressOfRecord: expect.stringContaining("alice") as string });
  });

  test("the right password is right as long as nobody has guessed", async () => {
    const { port } = await openRegistrar(md5);
    expect(await guessPasswords(port, "1003", ["guess", secretOf("1003")])).toEqual([401, 200]);
  });
});

describeWith(["sipsak"], "npx sidetone registrar, with sipsak", () => {
  const register = (port: number, password: string): Promise<PeerProcess> =>
    runToEnd("sipsak", [
      ...["-U", "-C", "sip:1003@127.0.0.1:9", "-x", "60", "-u", "1003", "-a", password],
      ...["-s", `sip:1003@127.0.0.1:${port}`],
    ]);

  test("takes the right password and no other", async () => {
    const { run, port } = await openRegistrar(md5);
    expect((await register(port, "wrong")).exitCode).not.toBe(0);
    expect((await register(port, secretOf("1003"))).exitCode).toBe(0);
    expect(await run.line("BindingAdded")).toMatchObject({ contact: "sip:1003@127.0.0.1:9", expiresSeconds: 60 });
    expect(run.ofType("BindingAdded")).toHaveLength(1);
  });
});
