import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { issueCertificate, WireLog, type IssuedCertificate } from "@sidetone/testkit";
import { describe, expect, onTestFinished, test } from "vitest";
import { commandLine, type CommandLine, type RunningCommand } from "../support/command-line.ts";

const authority = issueCertificate({ commonName: "Test CA", isAuthority: true });
const server = issueCertificate({ commonName: "server", names: ["URI:sip:home.example", "IP:10.0.0.2"], issuer: authority });
const other = issueCertificate({ commonName: "other", names: ["URI:sip:other.example"], issuer: authority });
const phone = issueCertificate({ commonName: "phone", names: ["IP:10.0.0.1"], issuer: authority });
const stranger = issueCertificate({ commonName: "stranger", names: ["IP:10.0.0.2"] });

interface TlsCommandLine extends CommandLine {
  readonly folder: string;
  readonly log: WireLog;
  /** TLS and HTTP work in tasks of their own: time passes in small steps meanwhile. */
  soon(condition: () => boolean): Promise<void>;
  /** Lets time pass until the command has ended; gives its exit code. */
  over(command: RunningCommand): Promise<number>;
  /** `sidetone registrar` on 10.0.0.2, for alice with the password "secret". */
  registrar(options: string): Promise<RunningCommand>;
  /** `sidetone register` on 10.0.0.1, with the right password. */
  register(options: string): RunningCommand;
}

function setUp(): TlsCommandLine {
  const folder = mkdtempSync(join(tmpdir(), "sidetone-cli-tls-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const files: Readonly<Record<string, IssuedCertificate>> = { ca: authority, server, other, phone, stranger };
  for (const [name, { cert, key }] of Object.entries(files)) {
    writeFileSync(join(folder, `${name}.pem`), cert);
    writeFileSync(join(folder, `${name}.key`), key);
  }
  writeFileSync(join(folder, "users"), "alice:secret\n", { mode: 0o600 });
  const line = commandLine();
  const { clock } = line;
  const at = (text: string): string => text.replaceAll("%", `${folder}/`);
  const soon = async (condition: () => boolean): Promise<void> => {
    for (let i = 0; !condition() && i < 20_000; i++) await clock.advance(1);
    expect(condition()).toBe(true);
  };
  const over = async ({ exitCode }: RunningCommand): Promise<number> => {
    let isOver = false;
    void exitCode.then(() => (isOver = true));
    await soon(() => isOver);
    return exitCode;
  };
  const opened: RunningCommand[] = [];
  onTestFinished(async () => {
    for (const command of opened) {
      command.terminal.interrupt();
      await over(command);
    }
  });
  return {
    ...line,
    folder,
    log: new WireLog(line.network),
    soon,
    over,
    registrar: async (options) => {
      const command = line.runThere(at(`registrar --users %users --json ${options}`));
      opened.push(command);
      await line.until(() => command.terminal.out.includes("Listening") || command.terminal.err !== "");
      return command;
    },
    register: (options) => line.run(at(`register sip:alice@home.example ${options}`), { variables: { SIDETONE_PASSWORD: "secret" } }),
  };
}

const own = "--tls-cert %server.pem --tls-key %server.key";
const everywhere = `--listen 10.0.0.2:5060 ws://10.0.0.2:8080 wss://10.0.0.2:8443 ${own}`;
const from = "--listen 10.0.0.1:5060 --json";

describe("sidetone register at sidetone registrar", () => {
  test.each([
    ["UDP", "--server sip:10.0.0.2"],
    ["TCP", "--server sip:10.0.0.2;transport=tcp"],
    ["TLS", "--server sip:10.0.0.2;transport=tls --tls-ca %ca.pem"],
    ["WS", "--server sip:10.0.0.2:8080;transport=ws"],
    ["WSS", "--server sip:10.0.0.2:8443;transport=wss --tls-ca %ca.pem"],
  ])("over %s: the binding, and 0", async (transport, options) => {
    const { registrar, register, over, soon, log } = setUp();
    const serving = await registrar(everywhere);
    expect(serving.terminal.of("Listening")).toMatchObject([
      { listeningPoints: ["UDP", "TCP", "TLS", "WS", "WSS"].map((each) => ({ transport: each })) },
    ]);
    const command = register(`${options} ${from}`);
    expect(await over(command)).toBe(0);
    const { contact } = command.terminal.of("RegistrationReport")[0]!;
    expect(serving.terminal.of("BindingAdded")).toMatchObject([{ contact, received: { transport } }]);
    await soon(() => serving.terminal.of("BindingRemoved").length === 1);
    if (transport === "TLS" || transport === "WSS") expect(log.entries.filter(({ data }) => data.includes("SIP/2.0"))).toEqual([]);
  });

  test("of sips, over TLS by the scheme alone", async () => {
    const { registrar, register, over } = setUp();
    const serving = await registrar(everywhere);
    const command = register("--server sips:10.0.0.2 --tls-ca %ca.pem --json");
    expect(await over(command)).toBe(0);
    expect(serving.terminal.of("BindingAdded")).toMatchObject([{ received: { transport: "TLS" } }]);
  });

  test("a certificate of another name is taken by --tls-name alone", async () => {
    const { registrar, register, over } = setUp();
    await registrar("--listen tls://10.0.0.2:5061 --tls-cert %other.pem --tls-key %other.key");
    const there = "--server sip:10.0.0.2;transport=tls --tls-ca %ca.pem";
    const refused = register(there);
    expect(await over(refused)).toBe(7);
    expect(refused.terminal.err).toContain("is for other.example, not for 10.0.0.2");
    expect(refused.terminal.err).toContain("--tls-name NAME");
    expect(await over(register(`${there} --tls-name other.example`))).toBe(0);
  });

  test("a certificate that nobody has signed is taken only when that is asked for, with a warning", async () => {
    const { registrar, register, over } = setUp();
    await registrar("--listen tls://10.0.0.2:5061 --tls-cert %stranger.pem --tls-key %stranger.key");
    const there = "--server sip:10.0.0.2;transport=tls";
    const refused = register(`${there} --json`);
    expect(await over(refused)).toBe(7);
    expect(refused.terminal.json.at(-1)).toMatchObject({ type: "Error", code: "CERTIFICATE_NOT_TRUSTED" });
    expect(await over(register(`${there} --tls-verify chain`))).toBe(7);
    const relaxed = register(`${there} --tls-verify none`);
    expect(await over(relaxed)).toBe(0);
    expect(relaxed.terminal.err).toMatch(/^sidetone: warning: .* anybody on the way can read and change everything/);
  });

  test("that wants certificates of clients takes ours, and nobody without one", async () => {
    const { registrar, register, over } = setUp();
    const serving = await registrar(`--listen tls://10.0.0.2:5061 ${own} --tls-ca %ca.pem --tls-client-certs`);
    const there = "--server sip:10.0.0.2;transport=tls --tls-ca %ca.pem";
    expect(await over(register(there))).toBe(7);
    expect(await over(register(`${there} --tls-cert %stranger.pem --tls-key %stranger.key`))).toBe(7);
    expect(serving.terminal.of("BindingAdded")).toEqual([]);
    expect(await over(register(`${there} --tls-cert %phone.pem --tls-key %phone.key`))).toBe(0);
    expect(serving.terminal.of("BindingAdded")).toHaveLength(1);
  });

  test("of several certificates shows the one that is asked for", async () => {
    const { registrar, register, over } = setUp();
    const both = "--tls-cert %server.pem %other.pem --tls-key %server.key %other.key";
    await registrar(`--listen tls://10.0.0.2:5061 ${both}`);
    const there = "--server sip:10.0.0.2;transport=tls --tls-ca %ca.pem";
    for (const name of ["10.0.0.2", "home.example", "other.example"]) expect(await over(register(`${there} --tls-name ${name}`))).toBe(0);
    expect(await over(register(`${there} --tls-name third.example`))).toBe(7);
  });

  test("by the environment, or the config file", async () => {
    const { registrar, folder, run, over } = setUp();
    const serving = await registrar(everywhere);
    const variables = { SIDETONE_PASSWORD: "secret", SIDETONE_TLS_CA: join(folder, "ca.pem"), SIDETONE_TRANSPORT: "tls" };
    expect(await over(run("register sip:alice@home.example --server sip:10.0.0.2:5061", { variables }))).toBe(0);
    const account = { uri: "sip:alice@home.example", registrar: "sip:10.0.0.2:8443", transport: "WSS", password: "secret" };
    const config = { accounts: [account], tls: { ca: [join(folder, "ca.pem")] }, webSocket: { path: "/sip" } };
    writeFileSync(join(folder, "config.json"), JSON.stringify(config), { mode: 0o600 });
    expect(await over(run(`register --config ${folder}/config.json`))).toBe(0);
    expect(serving.terminal.of("BindingAdded")).toMatchObject([{ received: { transport: "TLS" } }, { received: { transport: "WSS" } }]);
  });
});

describe("sidetone options and sidetone answer", () => {
  test("over TLS: the one listens beside UDP and TCP where it has a certificate, the other trusts its authority", async () => {
    const { runThere, run, over, folder, soon } = setUp();
    const answering = runThere(
      `answer --echo --json --listen 10.0.0.2:5060 --tls-cert ${folder}/server.pem --tls-key ${folder}/server.key`,
    );
    await soon(() => answering.terminal.out.includes("Listening"));
    expect(answering.terminal.of("Listening")).toMatchObject([{ listeningPoints: [{}, {}, { transport: "TLS", port: 5061 }] }]);
    const asked = run(`options sips:10.0.0.2 --tls-ca ${folder}/ca.pem --json`);
    expect(await over(asked)).toBe(0);
    const calling = run(`call sips:echo@10.0.0.2 --tls-ca ${folder}/ca.pem --duration 1 --json`);
    expect(await over(calling)).toBe(0);
    expect(calling.terminal.of("CallReport")).toMatchObject([{ cause: "HungUp" }]);
    expect(await over(run("options sips:10.0.0.2"))).toBe(7);
    answering.terminal.interrupt();
    expect(await over(answering)).toBe(0);
  });
});

describe("what cannot be", () => {
  test.each([
    ["register sip:a@10.0.0.2 --tls-cert cert.pem", "--tls-cert and --tls-key go together"],
    ["register sip:a@10.0.0.2 --tls-ca /nowhere/ca.pem", "ENOENT"],
    ["register sip:a@10.0.0.2 --tls-verify everything", "Allowed choices are domain, chain, none"],
    ["register sip:a@10.0.0.2 --ws-path sip", "webSocket.path"],
    ["register sips:a@10.0.0.2 --server sip:10.0.0.2", "sips URI"],
    ["registrar --users u --tls-cert a b --tls-key c", "--tls-cert and --tls-key go together"],
    ["registrar --users u --tls-client-certs", "--tls-client-certs needs"],
    ["registrar --users u --listen wss://10.0.0.1", "needs a certificate"],
    ["registrar --users u --listen http://10.0.0.1", "udp://"],
  ])("%s ends with 1 and says why", async (args, message) => {
    const { run, end, folder } = { ...setUp() };
    const command = run(args.replace("--users u", `--users ${folder}/users`));
    expect(await end(command)).toBe(1);
    expect(command.terminal.err).toContain(message);
  });
});
