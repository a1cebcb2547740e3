import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createUserAgentCore } from "@sidetone/dialog-core";
import type { SipResponse } from "@sidetone/sip-core";
import { createSipTransports } from "@sidetone/sip-transport";
import { virtualEnvironment } from "@sidetone/testkit";
import { describe, expect, onTestFinished, test } from "vitest";
import { commandLine, type CommandLine, type RunningCommand } from "../support/command-line.ts";

interface RegistrarSetUp extends CommandLine {
  readonly file: string;
  start(options?: string): Promise<RunningCommand>;
  /** Registers `user` with that password, from 10.0.0.5. */
  register(user: string, password: string, headers?: readonly (readonly [string, string])[]): Promise<SipResponse>;
}

async function setUp(users = "alice:secret\nbob:word\n"): Promise<RegistrarSetUp> {
  const folder = await mkdtemp(join(tmpdir(), "sidetone-registrar-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "users");
  await writeFile(file, users, { mode: 0o600 });
  const line = commandLine();
  const { clock } = line;
  const environment = virtualEnvironment({ host: "10.0.0.5", network: line.network });
  const start = async (options = ""): Promise<RunningCommand> => {
    const command = line.run(`registrar --users ${file} --listen 10.0.0.1:5060 ${options}`.trim());
    await line.until(() => /listening|Listening|registrar for/.test(command.terminal.out) || command.terminal.err !== "");
    return command;
  };
  const register: RegistrarSetUp["register"] = async (username, password, headers = [["Contact", `<sip:${username}@10.0.0.5>`]]) => {
    const transports = createSipTransports(environment);
    await transports.listen({ transport: "UDP", address: "10.0.0.5", port: 5060 });
    const credentials = { get: () => Promise.resolve({ username, password }) };
    const core = createUserAgentCore(environment, transports, { user: { onInvite: () => {} }, credentials });
    const uri = `sip:${username}@10.0.0.1`;
    const response = await clock.advanceUntil(
      core.request({ method: "REGISTER", requestUri: "sip:10.0.0.1", to: uri, from: uri, headers }),
    );
    await core.close();
    await transports.close();
    return response;
  };
  return { ...line, file, start, register };
}

describe("sidetone registrar", () => {
  test("tells of each binding that comes, is refreshed, leaves and expires, until it is interrupted", async () => {
    const { start, register, clock, end } = await setUp();
    const command = await start();
    expect(command.terminal.screen[0]).toBe(
      'registrar for 2 users on UDP 10.0.0.1:5060 and TCP 10.0.0.1:5060, realm "sidetone"; Ctrl-C ends',
    );
    expect((await register("alice", "secret")).statusCode).toBe(200);
    expect((await register("alice", "secret")).statusCode).toBe(200);
    expect(
      (
        await register("alice", "secret", [
          ["Contact", "*"],
          ["Expires", "0"],
        ])
      ).statusCode,
    ).toBe(200);
    await register("bob", "word");
    await clock.advance(3_600_000);
    command.terminal.interrupt();
    expect(await end(command)).toBe(0);
    expect(command.terminal.screen.slice(1, 6)).toEqual([
      "alice@any registered sip:alice@10.0.0.5 for 3600 s, from UDP 10.0.0.5:5060",
      "alice@any refreshed sip:alice@10.0.0.5 for 3600 s, from UDP 10.0.0.5:5060",
      "alice@any left sip:alice@10.0.0.5 (Unregistered)",
      "bob@any registered sip:bob@10.0.0.5 for 3600 s, from UDP 10.0.0.5:5060",
      "bob@any expired at sip:bob@10.0.0.5",
    ]);
  });

  test("writes one JSON object per line, without a password", async () => {
    const { start, register, end } = await setUp();
    const command = await start("--json --domain 10.0.0.1 --max-expires 600");
    await register("alice", "secret");
    expect((await register("alice", "wrong")).statusCode).toBe(401);
    command.terminal.interrupt();
    await end(command);
    expect(command.terminal.of("Listening")).toMatchObject([
      { uri: "sip:10.0.0.1:5060", listeningPoints: [{ transport: "UDP" }, { transport: "TCP" }] },
    ]);
    expect(command.terminal.of("BindingAdded")).toMatchObject([
      {
        addressOfRecord: "alice@10.0.0.1",
        contact: "sip:alice@10.0.0.5",
        expiresSeconds: 600,
        received: { transport: "UDP", address: "10.0.0.5", port: 5060 },
        instanceId: null,
      },
    ]);
    expect(command.terminal.out + command.terminal.err).not.toMatch(/secret|word|wrong/);
  });

  test("reads the users again at SIGHUP, lets go of those who are no more, and keeps the old ones when the file is wrong", async () => {
    const { start, register, file, until, end } = await setUp();
    const command = await start();
    await register("bob", "word");
    await writeFile(file, "alice:other\n");
    command.terminal.reload();
    await until(() => command.terminal.out.includes("now"));
    expect(command.terminal.screen.slice(2, 4)).toEqual(["bob@any left sip:bob@10.0.0.5 (Cleared)", `1 user in ${file} now`]);
    expect((await register("alice", "secret")).statusCode).toBe(401);
    expect((await register("alice", "other")).statusCode).toBe(200);
    await writeFile(file, "alice\n");
    command.terminal.reload();
    await until(() => command.terminal.err !== "");
    expect(command.terminal.err).toBe(`sidetone: ${file}:1: no colon after the username\n`);
    expect((await register("alice", "other")).statusCode).toBe(200);
    command.terminal.interrupt();
    expect(await end(command)).toBe(0);
  });

  test("warns when others can read the passwords", async () => {
    const { start, file, end } = await setUp();
    await chmod(file, 0o644);
    const command = await start();
    expect(command.terminal.err).toBe(`sidetone: warning: others on this machine can read ${file}: chmod 600 it\n`);
    command.terminal.interrupt();
    await end(command);
  });

  test.each([
    ["alice:secret\nnonsense\n", "", /users:2: no colon after the username\n$/],
    ["alice:secret\n", "--min-expires 4000", /--min-expires cannot be more than 3600\n$/],
    ["alice:secret\n", "--min-expires 100 --max-expires 50", /--min-expires 100 is more than --max-expires 50\n$/],
    ["alice:secret\n", "--ws-origin https://phone.example.com", /--ws-origin is about browsers, and nothing listens for them: /],
    ["alice:secret\n", "--domain bad/host", /--domain names "bad\/host", which is no host: /],
    ["alice:secret\n", "--algorithms SHA-1", /Give names out of SHA-256, SHA-512-256, MD5/],
    ["alice:secret\n", "--redirect everybody", /Allowed choices are authenticated, anyone, off/],
  ])("says what is wrong: %j %s", async (users, options, message) => {
    const { start, end } = await setUp(users);
    const command = await start(options);
    expect(await end(command)).toBe(1);
    expect(command.terminal.err).toMatch(message);
  });

  test("needs a file that can be read", async () => {
    const { run, end } = await setUp();
    const command = run("registrar --users /nowhere/users");
    expect(await end(command)).toBe(1);
    expect(command.terminal.err).toMatch(
      /^sidetone: --users: cannot read "\/nowhere\/users": there is no such file; it has a line name:password/,
    );
    const without = run("registrar");
    expect(await end(without)).toBe(1);
    expect(without.terminal.err).toContain("required option '--users <file>' not specified");
  });
});
