import { describe, expect, test } from "vitest";
import { commandLine } from "../support/command-line.ts";

describe("sidetone options", () => {
  test("tells status, round trip, and what the peer allows, supports and accepts", async () => {
    const line = commandLine();
    await line.peer({ userAgent: "Desk/1" });
    const json = line.run("options sip:10.0.0.2 --json");
    expect(await line.end(json)).toBe(0);
    const [report, ...others] = json.terminal.json;
    expect(others).toEqual([]);
    expect(report).toMatchObject({
      type: "OptionsReport",
      uri: "sip:10.0.0.2",
      statusCode: 200,
      reasonPhrase: "OK",
      allow: expect.arrayContaining(["INVITE", "ACK", "CANCEL", "BYE", "OPTIONS"]) as string[],
      accept: ["application/sdp"],
      software: "Desk/1",
    });
    expect(report!["roundTripMs"]).toBeGreaterThan(0);
    const text = line.run("options 10.0.0.2");
    expect(await line.end(text)).toBe(0);
    expect(text.terminal.screen).toEqual([
      expect.stringMatching(/^sip:10\.0\.0\.2 answered 200 OK in [\d.]+ ms$/),
      "  software   Desk/1",
      expect.stringMatching(/^ {2}allows {5}INVITE, /),
      expect.stringMatching(/^ {2}supports {3}/),
      "  accepts    application/sdp",
      "",
    ]);
  });

  test.each([
    [404, 4],
    [501, 5],
    [600, 6],
    [302, 3],
  ])("%i is an answer too: the exit code is its class, %i", async (statusCode, exitCode) => {
    const { run, end, stub } = commandLine();
    await stub(() => [statusCode]);
    const command = run("options sip:10.0.0.2 --json");
    expect(await end(command)).toBe(exitCode);
    expect(command.terminal.json).toMatchObject([{ statusCode, allow: [], supported: [], accept: [], software: null }]);
  });

  test("asks with OPTIONS and Accept (RFC 3261 §11.1)", async () => {
    const { run, end, stub } = commandLine();
    const { requests } = await stub(() => [200]);
    const command = run("options sip:10.0.0.2");
    await end(command);
    expect(requests.map(({ method }) => method)).toEqual(["OPTIONS"]);
    expect(requests[0]!.getText("Accept")).toBe("application/sdp");
    expect(command.terminal.screen).toContain("  allows     (does not say)");
  });

  test("goes by --proxy, and answers a challenge as --user, without any account", async () => {
    const { run, end, stub } = commandLine();
    const challenge = 'Digest realm="the office", nonce="n1", qop="auth"';
    const { requests } = await stub((request) => (request.has("Authorization") ? [200] : [401, ["WWW-Authenticate", challenge]]));
    const command = run("options sip:example.com --proxy 10.0.0.2 --user al", { variables: { SIDETONE_PASSWORD: "secret" } });
    expect(await end(command)).toBe(0);
    expect(requests.map((request) => request.getText("From"))).toEqual(Array(2).fill(expect.stringMatching(/^<?sip:al@example\.com/)));
    expect(requests[1]!.getText("Authorization")).toContain('username="al"');
  });

  test("silence ends with 7 when Timer F fires, after 32 s", async () => {
    const { run, end, clock } = commandLine();
    const command = run("options sip:10.0.0.2 --json");
    expect(await end(command)).toBe(7);
    expect(command.terminal.json).toEqual([expect.objectContaining({ type: "Error", code: "TIMEOUT" })]);
    expect(clock.now()).toBeGreaterThanOrEqual(32_000);
  });

  test("an unknown name ends with 7 and says which", async () => {
    const { run, end } = commandLine();
    const command = run("options nowhere.invalid");
    expect(await end(command)).toBe(7);
    expect(command.terminal.err).toMatch(/^sidetone: .*nowhere\.invalid.*\n"sidetone doctor".*\n$/);
  });

  test("an interrupt ends the wait at once, with 130", async () => {
    const { run, clock } = commandLine();
    const command = run("options sip:10.0.0.2");
    await clock.advance(1000);
    command.terminal.interrupt();
    await clock.advance(0);
    expect(await command.exitCode).toBe(130);
    expect(command.terminal.out + command.terminal.err).toBe("");
  });

  test("no URI is no URI", async () => {
    const { run, end } = commandLine();
    const command = run("options sip:@");
    expect(await end(command)).toBe(1);
    expect(command.terminal.err).toContain('"sip:@" is no SIP URI');
  });
});
