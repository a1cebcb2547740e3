import { main } from "@sidetone/cli";
import { virtualEnvironment } from "@sidetone/testkit";
import { describe, expect, test } from "vitest";
import { commandLine } from "../support/command-line.ts";
import { withNetwork } from "../support/examine.ts";
import { FakeTerminal } from "../support/fake-terminal.ts";

/** What does not depend on the computer that the tests run on. */
const ofTheWay = (lines: string[]): string[] => lines.slice(lines.indexOf("Name service"), lines.indexOf("Codecs"));

describe("sidetone doctor", () => {
  test("without an address looks at this computer alone, and sends nothing", async () => {
    const { run, end, network } = commandLine();
    let packets = 0;
    network.onPacket(() => packets++);
    const command = run("doctor --no-config");
    expect(await end(command)).toBe(0);
    const { screen } = command.terminal;
    expect(screen).toContain("Node");
    expect(screen).toContain("  ok       UDP 0.0.0.0:5060 is free");
    expect(screen).not.toContain("Name service");
    expect(screen.at(-2)).toMatch(/^all is well\.$|^ {11}→/);
    expect(packets).toBe(0);
  });

  test("an address whose server answers", async () => {
    const { run, end, stub } = commandLine();
    await stub(() => [200, ["Server", "Desk/1"]]);
    const command = run("doctor sip:10.0.0.2 --no-config");
    expect(await end(command)).toBe(0);
    expect(ofTheWay(command.terminal.screen)).toEqual([
      "Name service",
      "  ok       Requests to sip:10.0.0.2 go to UDP 10.0.0.2:5060",
      "Servers",
      "  ok       UDP 10.0.0.2:5060 answered 200 OK in 2 ms: it is Desk/1",
      "Clock",
      "  ok       The clock runs evenly; no server told the time to compare it with",
    ]);
  });

  test("a problem ends with 2; at the end stands what to do, the most important first", async () => {
    const { run, end } = commandLine();
    const command = run("doctor sip:nowhere.example --no-config");
    expect(await end(command)).toBe(2);
    const { screen } = command.terminal;
    const summary = screen.slice(screen.indexOf(""));
    expect(summary[1]).toMatch(/^1 problem(:|, \d notes?; the most important first:)$/);
    expect(summary[2]).toMatch(/^ {2}problem {2}No address is known of "nowhere\.example"/);
    expect(summary[3]).toMatch(/^ {11}→ if the name is right, it needs an address, or SRV records/);
  });

  test("--json: one finding a line, and a report", async () => {
    const { run, end } = commandLine();
    const command = run("doctor sip:10.0.0.2:5999 --no-config --json");
    expect(await end(command)).toBe(2);
    const { json } = command.terminal;
    expect(json.slice(0, -1).every(({ type, code, check, text }) => type === "Finding" && code && check && text)).toBe(true);
    expect(json.find(({ status }) => status === "problem")).toEqual({
      type: "Finding",
      check: "servers",
      code: "SERVER_SILENT",
      status: "problem",
      subject: "UDP 10.0.0.2:5999",
      text: "UDP 10.0.0.2:5999 does not answer",
      advice: expect.stringContaining("firewall") as string,
      data: { transport: "UDP", address: "10.0.0.2", port: 5999, connectMs: null, handshakeMs: null },
    });
    expect(json.at(-1)).toMatchObject({
      type: "DoctorReport",
      uri: "sip:10.0.0.2:5999",
      problems: 1,
      durationMs: expect.any(Number) as number,
    });
    expect((json.at(-1)!["codes"] as string[])[0]).toBe("SERVER_SILENT");
  });

  test("an address is looked at where it would register: --proxy, --server, or its domain; its transport counts", async () => {
    const { run, end, stub } = commandLine();
    await stub(() => [200]);
    for (const args of [
      "sip:alice@example.com --server sip:10.0.0.2",
      "sip:alice@example.com --server sip:10.9.9.9 --proxy sip:10.0.0.2",
      "sip:alice@10.0.0.2",
      "alice@10.0.0.2;transport=udp",
    ]) {
      const command = run(`doctor ${args} --no-config`);
      expect(await end(command), args).toBe(0);
      expect(ofTheWay(command.terminal.screen)[3], args).toMatch(/UDP 10\.0\.0\.2:5060 answered 200/);
    }
  });

  test("the account of the settings is meant where none is named", async () => {
    const { run, end, stub } = commandLine();
    await stub(() => [200]);
    const command = run("doctor --no-config --json", { variables: { SIDETONE_URI: "sip:alice@10.0.0.2" } });
    expect(await end(command)).toBe(0);
    expect(command.terminal.json.at(-1)).toMatchObject({ uri: "sip:alice@10.0.0.2" });
  });

  test("with a password the registration is tried, unless --no-register says no; nobody sees the password", async () => {
    const { run, end, stub } = commandLine();
    const { requests } = await stub((request) =>
      request.method === "REGISTER" ? [200, ["Contact", `${request.getText("Contact")};expires=60`]] : [200],
    );
    const variables = { SIDETONE_PASSWORD: "secret-word" };
    const left = run("doctor sip:alice@10.0.0.2 --no-config --no-register", { variables });
    expect(await end(left)).toBe(0);
    expect(requests.map(({ method }) => method)).toEqual(["OPTIONS"]);
    expect(left.terminal.screen).not.toContain("Registration");
    const tried = run("doctor sip:alice@10.0.0.2 --no-config", { variables });
    expect(await end(tried)).toBe(0);
    expect(requests.filter(({ method }) => method === "REGISTER").map((request) => request.getText("Expires"))).toEqual(["3600", "0"]);
    expect(tried.terminal.screen).toContain("  ok       The binding was removed again");
    expect(tried.terminal.out + tried.terminal.err).not.toContain("secret-word");
  });

  test("a person is asked for the password first; who gives none leaves the registration untried", async () => {
    const { run, end, stub } = commandLine();
    const { requests } = await stub(() => [200]);
    const questions: string[] = [];
    const askSecret = (question: string): Promise<undefined> => (questions.push(question), Promise.resolve(undefined));
    const command = run("doctor sip:alice@10.0.0.2 --no-config --json", { askSecret });
    expect(await end(command)).toBe(0);
    expect(questions).toEqual(["Password for sip:alice@10.0.0.2, to try its registration (none: it is not tried): "]);
    expect(command.terminal.json.find(({ check }) => check === "registration")).toMatchObject({ code: "REGISTRATION_SKIPPED" });
    expect(requests.map(({ method }) => method)).toEqual(["OPTIONS"]);
  });

  test("--stun asks that server, without an address, too", async () => {
    const { run, end } = commandLine();
    const command = run("doctor --stun 10.0.0.2 --stun 10.0.0.2:3479 --no-config --json");
    expect(await end(command)).toBe(2);
    const findings = command.terminal.json.filter(({ check }) => check === "nat");
    expect(findings.map(({ code, subject }) => [code, subject])).toEqual([
      ["STUN_NO_ANSWER", "10.0.0.2"],
      ["STUN_NO_ANSWER", "10.0.0.2:3479"],
    ]);
  });

  test("everything together ends within 15 s, however silent all others are", async () => {
    const { run, end, network, clock } = commandLine();
    network.resolver.setSrv("_sip._udp.example.com", [{ target: "a.example.com" }]);
    network.resolver.setAddresses("a.example.com", ["10.0.0.2"]);
    network.resolver.setConditions({ delayMs: 2900 });
    const command = run("doctor sip:alice@example.com --no-config");
    expect(await end(command)).toBe(2);
    expect(clock.now()).toBeLessThanOrEqual(15_000);
  });

  test("what never comes to an end is cut off at 15 s, and said to be unfinished", async () => {
    const here = virtualEnvironment();
    const stuck = withNetwork(here, { sourceAddressFor: () => new Promise<never>(() => {}) });
    const terminal = new FakeTerminal();
    const exitCode = main(["doctor", "sip:10.0.0.2", "--no-config", "--json"], terminal, stuck);
    expect(await here.clock.advanceUntil(exitCode, { limitMs: 100_000 })).toBe(2);
    expect(here.clock.now()).toBe(15_000);
    const unfinished = terminal.json.filter(({ code }) => code === "CHECK_UNFINISHED");
    expect(unfinished.map(({ subject }) => subject)).toContain("servers");
    expect(terminal.json.at(-1)).toMatchObject({ type: "DoctorReport" });
  });

  test("a person who waits sees what for; on a terminal words are coloured and broken between", async () => {
    const { run, end } = commandLine();
    const command = run("doctor sip:10.0.0.2:5999 --no-config", { interactive: true, columns: 60 });
    expect(await end(command)).toBe(2);
    expect(command.terminal.out).toContain("looking at: Servers  0:02");
    expect(command.terminal.out).toContain("\x1b[31mproblem\x1b[0m  UDP 10.0.0.2:5999 does not answer\n");
    const visible = command.terminal.out.replace(/\x1b\[\d+m/g, "").split(/[\r\n]/);
    expect(Math.max(...visible.filter((line) => !line.includes(") ")).map(({ length }) => length))).toBeLessThanOrEqual(60);
  });

  test("an interrupt ends it with 130", async () => {
    const { run, clock, end } = commandLine();
    const command = run("doctor sip:10.0.0.2:5999 --no-config");
    await clock.advance(1000);
    command.terminal.interrupt();
    expect(await end(command)).toBe(130);
  });

  test.each([
    ["doctor [", "no SIP URI"],
    ["doctor sip:10.0.0.2 --listen 10.9.9.9:5060", "--listen"],
    ["doctor --stun stuns:x", "no STUN server"],
    ["doctor sip:10.0.0.2 --tls-ca /nowhere/ca.pem", "/nowhere/ca.pem"],
  ])("%s ends with 1", async (args, message) => {
    const { run, end } = commandLine();
    const command = run(`${args} --no-config`);
    expect(await end(command)).toBe(1);
    expect(command.terminal.err).toContain(message);
    expect(command.terminal.err.split("\n")).toHaveLength(2); // one line: no stack
  });
});
