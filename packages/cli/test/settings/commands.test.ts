import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HeaderInput, SipRequest } from "@sidetone/sip-core";
import { describe, expect, onTestFinished, test } from "vitest";
import { commandLine } from "../support/command-line.ts";

const challenge = 'Digest realm="example.com", nonce="abc", algorithm=SHA-256, qop="auth"';
/** A registrar and proxy that wants a password for everything. */
const server = (request: SipRequest): [number, ...HeaderInput[]] => {
  if (!request.has("Authorization")) return [401, ["WWW-Authenticate", challenge]];
  if (request.method === "REGISTER")
    return [200, ["Contact", `${request.getText("Contact")};expires=${request.getText("Expires") ?? "60"}`]];
  return request.method === "OPTIONS" ? [200] : [486];
};

function configFile(content: unknown): string {
  const folder = mkdtempSync(join(tmpdir(), "sidetone-config-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "config.json");
  writeFileSync(path, JSON.stringify(content), { mode: 0o600 });
  return path;
}

const alice = { uri: "sip:alice@10.0.0.2", username: "al", password: "secret", displayName: "Alice", expiresSeconds: 120 };

describe("the account of the config file", () => {
  test("registers", async () => {
    const { run, end, stub } = commandLine();
    const { requests } = await stub(server);
    const command = run(`register --config ${configFile({ accounts: [alice], userAgent: "Desk" })}`);
    expect(await end(command)).toBe(0);
    expect(requests[1]!.getText("From")).toMatch(/^"?Alice"? <sip:alice@10\.0\.0\.2>;tag=/);
    expect(requests[1]!.getText("Authorization")).toContain('username="al"');
    expect(requests[1]!.getText("User-Agent")).toBe("Desk");
    expect(requests[1]!.getText("Expires")).toBe("120");
    expect(command.terminal.out + command.terminal.err).not.toContain("secret");
  });

  test("calls, and completes a bare user with its domain", async () => {
    const { run, end, stub } = commandLine();
    const { requests } = await stub(server);
    const command = run(`call bob --config ${configFile({ accounts: [alice], media: { codecs: ["PCMA"] } })}`);
    expect(await end(command)).toBe(4);
    expect(command.terminal.out).toContain("calling sip:bob@10.0.0.2 as sip:alice@10.0.0.2\n");
    const invite = requests.find((request) => request.method === "INVITE" && request.has("Authorization"))!;
    expect(invite.requestUriText).toBe("sip:bob@10.0.0.2");
    expect(Buffer.from(invite.body).toString()).toMatch(/m=audio \d+ RTP\/AVP 8 101\r\n/);
  });

  test("is asked for by its id, and asks itself", async () => {
    const { run, end, stub } = commandLine();
    const { requests } = await stub(server);
    const file = configFile({ accounts: [{ uri: "sip:x@example.com" }, { ...alice, id: "home", codecs: ["PCMA"] }] });
    expect(await end(run(`options sip:10.0.0.2 --account home --config ${file}`))).toBe(0);
    expect(requests.at(-1)!.getText("From")).toContain("sip:alice@10.0.0.2");
    expect(await end(run(`register home --config ${file}`))).toBe(0);
    expect(requests.at(-1)!.requestUriText).toBe("sip:10.0.0.2");
  });

  test("does not register for answer, unless it is named", async () => {
    const { run, clock, end, stub } = commandLine();
    const { requests } = await stub(server);
    const file = configFile({ accounts: [alice], listen: "10.0.0.1:5070" });
    for (const name of ["", " --account sip:alice@10.0.0.2"]) {
      const command = run(`answer --echo --config ${file}${name}`);
      await clock.advance(200);
      command.terminal.interrupt();
      expect(await end(command)).toBe(0);
      expect(command.terminal.out).toContain("listening on UDP 10.0.0.1:5070");
      if (name !== "") expect(command.terminal.out).toContain("registered as sip:alice@10.0.0.1:5070 for 120 s");
      expect(requests.filter(({ method }) => method === "REGISTER")).toHaveLength(name === "" ? 0 : 3);
    }
  });
});

describe("the network in the config file", () => {
  const nat = { publicAddress: { signalling: "192.0.2.9", media: "192.0.2.10" }, stun: "10.0.0.2" };

  test("is how a call is reached through a NAT; who only registers needs but the address of signalling", async () => {
    const { run, end, stub } = commandLine();
    const { requests } = await stub(server);
    const file = configFile({
      accounts: [{ ...alice, nat, keepAlive: { intervalSeconds: 20 }, allowedPeers: ["servers"] }],
      nat: "off",
      strangers: "ignore",
      peers: ["10.0.0.0/8"],
    });
    expect(await end(run(`register --config ${file}`))).toBe(0);
    expect(requests.at(-1)!.getText("Contact")).toMatch(/<sip:alice@192\.0\.2\.9:\d+>/);
    expect(await end(run(`options sip:10.0.0.2 --config ${file}`))).toBe(0);
    expect(await end(run(`call bob --config ${file}`))).toBe(4);
    const invite = requests.find(({ method }) => method === "INVITE")!;
    expect(invite.getText("Contact")).toContain("@192.0.2.9:");
    expect(Buffer.from(invite.body).toString()).toContain("c=IN IP4 192.0.2.10\r\n");
  });
});

describe("SIDETONE_URI", () => {
  const variables = { SIDETONE_URI: "sip:alice@10.0.0.2", SIDETONE_PASSWORD: "secret", SIDETONE_EXPIRES: "90" };

  test("registers, calls and answers", async () => {
    const { run, clock, end, stub } = commandLine();
    const { requests } = await stub(server);
    expect(await end(run("register", { variables }))).toBe(0);
    expect(requests[1]!.getText("Expires")).toBe("90");
    expect(await end(run("call bob", { variables }))).toBe(4);
    expect(requests.at(-2)!.getText("From")).toContain("sip:alice@10.0.0.2");
    const answer = run("answer", { variables });
    await clock.advance(200);
    answer.terminal.interrupt();
    expect(await end(answer)).toBe(0);
    expect(answer.terminal.out).toContain("for 90 s");
  });

  test("is not needed for a direct call: the user alone has an address where he calls", async () => {
    const { run, end, stub } = commandLine();
    const { requests } = await stub(server);
    expect(await end(run("call sip:bob@10.0.0.2", { variables: { SIDETONE_USERNAME: "carol", SIDETONE_PASSWORD: "x" } }))).toBe(4);
    expect(requests[0]!.getText("From")).toContain("<sip:carol@10.0.0.2>");
  });
});

test("register without any address says how to give one", async () => {
  const { run, end } = commandLine();
  const command = run("register");
  expect(await end(command)).toBe(1);
  expect(command.terminal.err).toBe(
    "sidetone: register whom? Give an address like sip:alice@example.com, set SIDETONE_URI, or write a config file\n",
  );
});

test.each([
  ["answer --listen 10.0.0.1:5060 --server 10.0.0.2 --user al", "--server and --user are about an account, and there is none: name it"],
  ["phone --listen 10.0.0.1:5060 --expires 60", "--expires is about an account, and there is none: give an address"],
  ["doctor --listen 10.0.0.1:0 --user al", "--user is about an account"],
  ["doctor 10.0.0.2 --password secret", "--password is about an account"],
])("%s: what would not be done is refused", async (args, message) => {
  const { run, end } = commandLine();
  const command = run(`${args} --no-config`);
  expect(await end(command)).toBe(1);
  expect(command.terminal.err).toContain(message);
});
