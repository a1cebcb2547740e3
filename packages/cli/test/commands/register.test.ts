import type { HeaderInput, SipRequest } from "@sidetone/sip-core";
import { describe, expect, test } from "vitest";
import { commandLine } from "../support/command-line.ts";

const kept = (request: SipRequest): [number, ...HeaderInput[]] => {
  const seconds = request.getText("Expires") ?? "60";
  const others: HeaderInput = ["Contact", "<sip:desk@10.0.0.7>;expires=20"];
  return seconds === "0" ? [200, others] : [200, ["Contact", `${request.getText("Contact")};expires=${seconds}`], others];
};
const challenge = 'Digest realm="example.com", nonce="abc", algorithm=SHA-256, qop="auth"';

describe("sidetone register", () => {
  test("registers, shows the binding and those beside it, un-registers, and ends with 0", async () => {
    const { run, end, stub } = commandLine();
    const { requests } = await stub(kept);
    const command = run("register sip:alice@example.com --server sip:10.0.0.2 --expires 600 --listen 10.0.0.1:5060");
    expect(await end(command)).toBe(0);
    expect(requests.map((request) => [request.requestUriText, request.getText("To"), request.getText("Expires")])).toEqual([
      ["sip:10.0.0.2", "<sip:alice@example.com>", "600"],
      ["sip:10.0.0.2", "<sip:alice@example.com>", "0"],
    ]);
    expect(command.terminal.screen).toEqual([
      "registering sip:alice@example.com at sip:10.0.0.2",
      "registered as sip:alice@10.0.0.1:5060 for 600 s",
      "  beside it  sip:desk@10.0.0.7 for 20 s",
      "un-registered",
      "",
    ]);
  });

  test("without --server registers at the domain of the address", async () => {
    const { run, end, stub } = commandLine();
    const { requests } = await stub(kept);
    expect(await end(run("register alice@10.0.0.2"))).toBe(0);
    expect(requests[0]!.requestUriText).toBe("sip:10.0.0.2");
  });

  test("--json: each change, and a report with the bindings", async () => {
    const { run, end, stub } = commandLine();
    await stub(kept);
    const { terminal, ...command } = run("register sip:alice@10.0.0.2 --json --listen 10.0.0.1:5060");
    expect(await end({ terminal, ...command })).toBe(0);
    expect(
      terminal.of("RegistrationStatusChanged").map(({ previousState, state }) => `${previousState as string} ${state as string}`),
    ).toEqual(["Cancelled Pending", "Pending Active", "Active Pending", "Pending Cancelled"]);
    expect(terminal.of("RegistrationReport")).toMatchObject([
      {
        uri: "sip:alice@10.0.0.2",
        contact: "sip:alice@10.0.0.1:5060",
        expiresSeconds: 3600,
        bindings: [{}, { contact: "sip:desk@10.0.0.7" }],
      },
    ]);
  });

  test("the password comes from SIDETONE_PASSWORD, the user from --user", async () => {
    const { run, end, stub } = commandLine();
    const { requests } = await stub((request) => (request.has("Authorization") ? kept(request) : [401, ["WWW-Authenticate", challenge]]));
    expect(await end(run("register sip:alice@10.0.0.2 --user al", { variables: { SIDETONE_PASSWORD: "secret" } }))).toBe(0);
    expect(requests[1]!.getText("Authorization")).toContain('username="al"');
  });

  test.each([
    [[401, ["WWW-Authenticate", challenge]], 4, "AUTHENTICATION_FAILED"],
    [[403], 4, "REGISTRATION_FAILED"],
    [[404], 4, "REGISTRATION_FAILED"],
    [[503], 5, "SERVER_UNREACHABLE"],
    [[603], 6, "REGISTRATION_FAILED"],
    [[302], 3, "REGISTRATION_FAILED"],
    [[408], 7, "TIMEOUT"],
  ] as const)("%j ends with %i", async (answer, exitCode, code) => {
    const { run, end, stub } = commandLine();
    await stub(() => [...answer] as [number, ...HeaderInput[]]);
    const command = run("register sip:alice@10.0.0.2 --json --password wrong");
    expect(await end(command)).toBe(exitCode);
    expect(command.terminal.json.at(-1)).toMatchObject({ type: "Error", code });
  });

  test("a refusal is told once", async () => {
    const { run, end, stub } = commandLine();
    await stub(() => [404]);
    const command = run("register sip:alice@10.0.0.2");
    expect(await end(command)).toBe(4);
    expect(command.terminal.screen).toEqual(["registering sip:alice@10.0.0.2 at sip:10.0.0.2", ""]);
    expect(command.terminal.err).toBe("sidetone: Registration of sip:alice@10.0.0.2: The registrar refused: 404 Not Found\n");
  });

  test.each([
    [401, "check user name and password"],
    [503, '"sidetone doctor" with the same address looks for the cause'],
  ])("behind a refusal with %i stands what to do, for a person", async (statusCode, advice) => {
    const { run, end, stub } = commandLine();
    await stub(() => [statusCode, ["WWW-Authenticate", challenge]]);
    const command = run("register sip:alice@10.0.0.2");
    await end(command);
    expect(command.terminal.err.split("\n")[1]).toContain(advice);
  });

  test("silence ends with 7", async () => {
    const { run, end } = commandLine();
    expect(await end(run("register sip:alice@10.0.0.2"))).toBe(7);
  });

  test("--watch tells refreshes, failures and recoveries, until it is interrupted", async () => {
    const { run, clock, end, stub } = commandLine();
    let isUp = true;
    const { requests } = await stub((request) => (isUp ? kept(request) : [500]));
    const command = run("register sip:alice@10.0.0.2 --watch --expires 100 --listen 10.0.0.1:5060");
    await clock.advance(81_000);
    isUp = false;
    await clock.advance(120_000);
    isUp = true;
    await clock.advance(120_000);
    command.terminal.interrupt();
    expect(await end(command)).toBe(0);
    const { screen } = command.terminal;
    expect(screen).toContain("refreshed for 100 s");
    expect(screen.some((line) => /^still registered, but not refreshed: .*500.*; next try in \d+ s$/.test(line))).toBe(true);
    expect(screen.some((line) => line.startsWith("the registration has run out"))).toBe(true);
    expect(screen.at(-2)).toBe("un-registered");
    expect(requests.at(-1)!.getText("Expires")).toBe("0");
  });

  test("an interrupt before the answer ends with 130", async () => {
    const { run, clock, end } = commandLine();
    const command = run("register sip:alice@10.0.0.2");
    await clock.advance(1000);
    command.terminal.interrupt();
    expect(await end(command)).toBe(130);
  });

  test.each([
    ["register sip:10.0.0.2", "names nobody"],
    ["register sip:alice@10.0.0.2 --expires 0", "whole number of seconds"],
    ["register sips:alice@10.0.0.2;transport=udp", "UDP"],
    ["register sip:alice@10.0.0.2 --server sip:10.0.0.2;transport=sctp", "SCTP is no transport for this URI"],
  ])("%s ends with 1", async (args, message) => {
    const { run, end } = commandLine();
    const command = run(args);
    expect(await end(command)).toBe(1);
    expect(command.terminal.err).toContain(message);
  });
});
