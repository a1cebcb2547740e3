import type { SipRequest } from "@sidetone/sip-core";
import { describe, expect, test } from "vitest";
import { commandLine, type CommandLine } from "../support/command-line.ts";
import type { StubServer } from "../support/stub-server.ts";

/** A server that challenges calls, and is busy for whoever answers the challenge. */
async function setUp(): Promise<CommandLine & { server: StubServer }> {
  const line = commandLine();
  const server = await line.stub((request) =>
    request.has("Authorization") ? [486] : [401, ["WWW-Authenticate", 'Digest realm="the office", nonce="n1", qop="auth"']],
  );
  return { ...line, server };
}

const target = "call sip:bob@10.0.0.2 --user alice";
const credentials = ({ requests }: StubServer): (string | undefined)[] =>
  requests.filter(({ method }: SipRequest) => method === "INVITE").map((request) => request.getText("Authorization"));

describe("the password of a call", () => {
  test("comes from SIDETONE_PASSWORD", async () => {
    const { run, end, server } = await setUp();
    const command = run(target, { variables: { SIDETONE_PASSWORD: "secret" } });
    expect(await end(command)).toBe(4);
    expect(command.terminal.out).toContain("refused with 486 Busy Here");
    expect(command.terminal.err).toBe("");
    expect(credentials(server)).toEqual([undefined, expect.stringContaining('username="alice"')]);
  });

  test("comes from --password with a warning that others can see it", async () => {
    const { run, end, server } = await setUp();
    const command = run(`${target} --password secret`);
    expect(await end(command)).toBe(4);
    expect(command.terminal.err).toMatch(/^sidetone: warning: others on this machine can see --password.*SIDETONE_PASSWORD\n$/);
    expect(credentials(server)).toHaveLength(2);
  });

  test("is asked for when a server wants one and a person is there", async () => {
    const { run, end, server } = await setUp();
    const questions: string[] = [];
    const askSecret = (question: string): Promise<string> => {
      questions.push(question);
      return Promise.resolve("secret");
    };
    await end(run(target, { askSecret }));
    expect(questions).toEqual(['Password for "the office": ']);
    expect(credentials(server)).toHaveLength(2);
  });

  test("is not asked for when no server wants one", async () => {
    const line = commandLine();
    await line.stub(() => [486]);
    const askSecret = (): Promise<string> => Promise.reject(new Error("asked"));
    expect(await line.end(line.run(target, { askSecret }))).toBe(4);
  });

  test.each([
    ["nobody is there", {}],
    ["nothing is typed", { askSecret: () => Promise.resolve(undefined) }],
  ])("is missing where %s: the refusal stands", async (_name, options) => {
    const { run, end, server } = await setUp();
    const command = run(`${target} --json`, options);
    expect(await end(command)).toBe(4);
    expect(command.terminal.json.at(-1)).toMatchObject({ statusCode: 401 });
    expect(credentials(server)).toEqual([undefined]);
    const told = run(target, options);
    expect(await end(told)).toBe(4);
    expect(told.terminal.screen).toContainEqual(
      expect.stringMatching(/^no call: refused with 401 .*; check user name and password: SIDETONE_PASSWORD/),
    );
  });

  test("is no longer waited for when the person interrupts, or the time to answer is over", async () => {
    for (const exitCode of [130, 7]) {
      const { run, end, clock } = await setUp();
      let takenBack = false;
      const askSecret = (_question: string, signal: AbortSignal): Promise<undefined> =>
        new Promise((resolve) =>
          signal.addEventListener("abort", () => {
            takenBack = true;
            resolve(undefined);
          }),
        );
      const command = run(target, { askSecret });
      await clock.advance(1000);
      if (exitCode === 130) command.terminal.interrupt();
      expect(await end(command)).toBe(exitCode);
      expect(takenBack).toBe(true);
    }
  });

  test("is never shown", async () => {
    const { run, end } = await setUp();
    const command = run(`${target} --json --password secret`);
    await end(command);
    expect(command.terminal.out + command.terminal.err).not.toContain("secret");
  });
});
