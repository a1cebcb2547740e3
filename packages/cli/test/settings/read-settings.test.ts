import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { readSettings, type SettingsFlags } from "../../src/settings/read-settings.ts";
import type { Settings } from "../../src/settings/settings.ts";
import { FakeTerminal } from "../support/fake-terminal.ts";

interface Reading {
  settings: Settings;
  warnings: string;
}

interface SetUp {
  home: string;
  path: string;
  /** With what the environment says. */
  read(flags?: SettingsFlags, variables?: Record<string, string>): Promise<Reading>;
}

/** A home with this config file, kept from others. */
async function setUp(content?: unknown): Promise<SetUp> {
  const home = await mkdtemp(join(tmpdir(), "sidetone-settings-"));
  onTestFinished(() => rm(home, { recursive: true }));
  const path = join(home, ".config", "sidetone", "config.json");
  await mkdir(join(home, ".config", "sidetone"), { recursive: true });
  if (content !== undefined) {
    const text = typeof content === "string" ? content : JSON.stringify(content);
    await writeFile(path, text, { mode: 0o600 });
  }
  const read = async (flags: SettingsFlags = {}, variables: Record<string, string> = {}): Promise<Reading> => {
    const terminal = new FakeTerminal({ variables: { HOME: home, ...variables } });
    const settings = await readSettings(flags, terminal);
    return { settings, warnings: terminal.err };
  };
  return { home, path, read };
}

const alice = { uri: "sip:alice@example.com", password: "file", expiresSeconds: 600 };
const work = { id: "work", uri: "sip:a.smith@work.example", registrar: "sip:pbx.work.example;transport=tcp", codecs: ["PCMA"] };

describe("settings", () => {
  test("without a file and variables there are none", async () => {
    const { read } = await setUp();
    expect(await read()).toEqual({ settings: { accounts: [], isAccountNamed: false, ofAccount: {}, media: {} }, warnings: "" });
  });

  test("come from the file in the home, or in XDG_CONFIG_HOME", async () => {
    const { home, read } = await setUp({ accounts: [alice, work], listen: "0.0.0.0:5070", userAgent: "Desk", media: { ptimeMs: 30 } });
    const expected = { accounts: [alice, work], isAccountNamed: false, listen: "0.0.0.0:5070", userAgent: "Desk", media: { ptimeMs: 30 } };
    expect((await read()).settings).toMatchObject(expected);
    expect((await read({}, { HOME: "/nowhere", XDG_CONFIG_HOME: join(home, ".config") })).settings).toMatchObject(expected);
    expect((await read({}, { XDG_CONFIG_HOME: "/nowhere" })).settings.accounts).toEqual([]);
  });

  test("come from the file of SIDETONE_CONFIG, rather from that of --config, and with --no-config from none", async () => {
    const { home, read } = await setUp({ accounts: [alice] });
    await writeFile(join(home, "second.json"), JSON.stringify({ accounts: [work] }));
    await writeFile(join(home, "third.json"), "{}");
    const variables = { SIDETONE_CONFIG: join(home, "second.json") };
    expect((await read({}, variables)).settings.accounts).toEqual([work]);
    expect((await read({ config: join(home, "third.json") }, variables)).settings.accounts).toEqual([]);
    expect((await read({ config: false }, variables)).settings.accounts).toEqual([]);
  });

  test("flags go before the environment, and that before the file; of several accounts they are about the first", async () => {
    const { read } = await setUp({ accounts: [alice, work], listen: "0.0.0.0:1", media: { codecs: ["PCMU", "PCMA"] } });
    const variables = {
      SIDETONE_PASSWORD: "environment",
      SIDETONE_EXPIRES: "700",
      SIDETONE_USERNAME: "al",
      SIDETONE_DISPLAY_NAME: "Alice",
      SIDETONE_REALM: "the office",
      SIDETONE_PROXY: "sip:proxy.example.com",
      SIDETONE_TRANSPORT: "tcp",
      SIDETONE_REGISTRAR: "sip:registrar.example.com",
      SIDETONE_LISTEN: "0.0.0.0:2",
    };
    const fromVariables = {
      uri: "sip:alice@example.com",
      password: "environment",
      expiresSeconds: 700,
      username: "al",
      displayName: "Alice",
      realm: "the office",
      outboundProxy: "sip:proxy.example.com",
      transport: "TCP",
      registrar: "sip:registrar.example.com",
    };
    const second = await read({}, variables);
    expect(second.settings).toMatchObject({ accounts: [fromVariables, work], listen: "0.0.0.0:2" });
    const flags = {
      user: "alice2",
      password: "flag",
      expires: 800,
      proxy: "other.example.com",
      server: "sip:third.example.com",
      listen: "0.0.0.0:3",
    };
    const { settings, warnings } = await read(flags, variables);
    expect(settings.accounts[0]).toEqual({
      ...fromVariables,
      username: "alice2",
      password: "flag",
      expiresSeconds: 800,
      outboundProxy: "sip:other.example.com",
      registrar: "sip:third.example.com",
    });
    expect(settings.listen).toBe("0.0.0.0:3");
    expect(warnings).toContain("others on this machine can see --password");
  });

  test("codecs of flag and environment go before those of every account", async () => {
    const { read } = await setUp({ accounts: [work], media: { codecs: ["PCMA"] } });
    const { settings } = await read({}, { SIDETONE_CODECS: "PCMU, PCMA" });
    expect(settings).toMatchObject({ media: { codecs: ["PCMU", "PCMA"] }, accounts: [{ codecs: undefined }] });
    expect((await read({ codecs: ["PCMU"] }, { SIDETONE_CODECS: "PCMA" })).settings.media.codecs).toEqual(["PCMU"]);
    expect((await read()).settings.accounts[0]!.codecs).toEqual(["PCMA"]);
  });

  test.each([
    [{ account: "work" }, {}],
    [{ account: "sip:a.smith@work.example" }, {}],
    [{ account: "a.smith@WORK.example" }, {}],
    [{}, { SIDETONE_URI: "sip:a.smith@work.example" }],
    [{ account: "work" }, { SIDETONE_URI: "sip:alice@example.com" }],
  ])("%j with %j means one account of the file, and no other", async (flags, variables) => {
    const { read } = await setUp({ accounts: [alice, work] });
    const { settings } = await read(flags, { ...variables, SIDETONE_PASSWORD: "secret" });
    expect(settings).toMatchObject({ accounts: [{ ...work, password: "secret" }], isAccountNamed: true });
    expect(settings.accounts).toHaveLength(1);
  });

  test("an account that is not in the file is one of flags and environment alone", async () => {
    const { read } = await setUp({ accounts: [alice] });
    expect((await read({ account: "carol@example.com" }, { SIDETONE_EXPIRES: "60" })).settings.accounts).toEqual([
      { uri: "carol@example.com", expiresSeconds: 60 },
    ]);
  });

  test("a name that is neither an address nor in the file is refused, with those that there are", async () => {
    const { read } = await setUp({ accounts: [work] });
    await expect(read({ account: "home" })).rejects.toThrow(/^sip:home names nobody; give an address like .*; the config file has work$/);
  });
});

describe("a config file that is wrong", () => {
  test.each([
    [{ accounts: [alice, { ...alice, expiresSeconds: 0 }] }, "accounts[1].expiresSeconds: must be a whole number from 1"],
    [{ accounts: [{ ...alice, expiresSeconds: "600" }] }, "accounts[0].expiresSeconds: must be a whole number from 1"],
    [{ accounts: [{ ...alice, expiresSeconds: 1.5 }] }, "accounts[0].expiresSeconds: must be a whole number from 1"],
    [{ accounts: [{}] }, 'accounts[0].uri: is missing; it must be a SIP address like "sip:alice@example.com"'],
    [{ accounts: [{ uri: "sip:example.com" }] }, 'accounts[0].uri: must be a SIP address like "sip:alice@example.com"'],
    [{ accounts: [{ ...alice, registar: "x" }] }, "accounts[0].registar: is no setting; did you mean registrar?"],
    [{ accounts: [{ ...alice, registrar: "http://x" }] }, "accounts[0].registrar: must be a SIP URI"],
    [{ accounts: [{ ...alice, transport: "SCTP" }] }, "accounts[0].transport: must be one of UDP, TCP, TLS, WS, WSS"],
    [{ accounts: [{ ...alice, codecs: ["G729"] }] }, "accounts[0].codecs[0]: must be one of PCMU, PCMA"],
    [{ accounts: [{ ...alice, displayName: "a\nb" }] }, "accounts[0].displayName: must be a name"],
    [{ accounts: [{ ...alice, autoRegister: "no" }] }, "accounts[0].autoRegister: must be true or false"],
    [{ accounts: ["alice"] }, "accounts[0]: must be an object with a uri"],
    [{ accounts: [] }, "accounts: must be a list of one account or more"],
    [{ accounts: {} }, "accounts: must be a list of accounts"],
    [{ listen: "nowhere:x" }, "listen: must be HOST:PORT"],
    [{ instanceId: "me" }, "instanceId: must be a URN"],
    [{ media: { ptimeMs: 25 } }, "media.ptimeMs: must be a multiple of 10 from 10 to 60"],
    [{ media: { rtpPorts: { first: 20, last: 10 } } }, "media.rtpPorts: must be a range, with first not above last"],
    [{ media: { rtpPorts: { first: 20 } } }, "media.rtpPorts.last: is missing; it must be a whole number from 0 to 65535"],
    [{ media: { rtpPorts: { first: 1, last: 2, step: 2 } } }, "media.rtpPorts.step: is no setting; there are first, last"],
    [{ media: { advertisedAddress: "0.0.0.0" } }, "media.advertisedAddress: must be a numeric address that others can reach"],
    [{ volume: 3 }, "volume: is no setting; there are accounts, listen, userAgent, instanceId"],
    [{ nat: "on" }, 'nat: must be "auto", "off" or an object with publicAddress or stun, or both'],
    [{ nat: {} }, 'nat: must be "auto", "off" or an object with publicAddress or stun, or both'],
    [
      { accounts: [{ ...alice, nat: { publicAddress: "here" } }] },
      "accounts[0].nat.publicAddress: must be a numeric address that others can reach",
    ],
    [{ nat: { publicAddress: { media: "192.0.2.1:5060" } } }, "nat.publicAddress.media: must be a numeric address that others can reach"],
    [{ nat: { stun: "a b" } }, "nat.stun: must be a STUN server"],
    [{ nat: { stun: [] } }, "nat.stun: must be a STUN server or a list of them"],
    [{ nat: { stunn: "a", stun: "b" } }, "nat.stunn: is no setting; did you mean stun?"],
    [
      { nat: { publicAddress: { sip: "192.0.2.1", media: "192.0.2.1" } } },
      "nat.publicAddress.sip: is no setting; there are signalling, media",
    ],
    [{ accounts: [{ ...alice, keepAlive: "on" }] }, 'accounts[0].keepAlive: must be "auto", "off" or an object with intervalSeconds'],
    [
      { accounts: [{ ...alice, keepAlive: { intervalSeconds: 0 } }] },
      "accounts[0].keepAlive.intervalSeconds: must be a number of seconds from 1 to 86400",
    ],
    [{ strangers: "bite" }, 'strangers: must be "answer" or "ignore"'],
    [{ peers: ["sip:x@y"] }, "peers[0]: must be an address, a network like 192.0.2.0/24 or a host name"],
    [{ accounts: [{ ...alice, allowedPeers: "all" }] }, "accounts[0].allowedPeers: must be a list of addresses"],
    [[], "it must be an object"],
  ])("%j is refused by the path of the field", async (content, message) => {
    const { path, read } = await setUp(content);
    await expect(read()).rejects.toMatchObject({ code: "USAGE", message: expect.stringContaining(`${path}: ${message}`) as string });
  });

  test("is told all that is wrong, a line each", async () => {
    const { path, read } = await setUp({ listen: 3, accounts: [{ uri: "sip:a@b", expiresSeconds: 0, nat: "on" }] });
    await expect(read()).rejects.toThrow(
      [
        `${path}:`,
        "accounts[0].expiresSeconds: must be a whole number from 1",
        'accounts[0].nat: must be "auto", "off" or an object with publicAddress or stun, or both',
        "listen: must be",
      ].join("\n  "),
    );
  });

  test("because it is no JSON is told with the place", async () => {
    const { path, read } = await setUp('{\n  "listen": "0.0.0.0:1",\n}');
    await expect(read()).rejects.toThrow(`${path}:3:1: no JSON`);
  });

  test("a file that was named must be there", async () => {
    const { home, read } = await setUp();
    await expect(read({ config: join(home, "none.json") })).rejects.toThrow(/cannot read the config file .*none.json/);
    await expect(read({}, { SIDETONE_CONFIG: join(home, "none.json") })).rejects.toThrow(/cannot read the config file/);
  });

  test("never shows a password", async () => {
    const { read } = await setUp({
      accounts: [
        { ...alice, password: "hunter2", expiresSeconds: 0 },
        { uri: 1, password: "\u0007hunter2" },
      ],
    });
    const error: unknown = await read().catch((error: unknown) => error);
    expect(String(error)).toContain("accounts[1].password: must be text");
    expect(String(error)).not.toContain("hunter2");
  });
});

describe("passwords in a file that others can read", () => {
  test.each<[number, object[], boolean, object?]>([
    [0o600, [alice], false],
    [0o640, [alice], true],
    [0o644, [alice], true],
    [0o644, [work], false],
    [0o644, [work], true, { tls: { passphrase: "of a key" } }],
  ])("mode %o: is warned of where there is a password", async (mode, accounts, isWarned, others = {}) => {
    const { path, read } = await setUp({ accounts, ...others });
    await chmod(path, mode);
    const { warnings } = await read();
    expect(warnings).toBe(isWarned ? `sidetone: warning: others on this machine can read the passwords in ${path}: chmod 600 it\n` : "");
  });
});

describe("variables that are wrong", () => {
  test.each([
    [{ SIDETONE_EXPIRES: "soon" }, "SIDETONE_EXPIRES: must be a whole number from 1"],
    [{ SIDETONE_URI: "sip:example.com" }, "SIDETONE_URI: must be a SIP address"],
    [{ SIDETONE_REGISTRAR: "ftp://x" }, "SIDETONE_REGISTRAR: must be a SIP URI"],
    [{ SIDETONE_TRANSPORT: "pigeon" }, "SIDETONE_TRANSPORT: must be one of UDP"],
    [{ SIDETONE_CODECS: "PCMU,G729" }, "SIDETONE_CODECS: must be one of PCMU, PCMA"],
    [{ SIDETONE_LISTEN: "x y" }, "SIDETONE_LISTEN: must be HOST:PORT"],
  ])("%j are refused by name", async (variables, message) => {
    const { read } = await setUp();
    await expect(read({}, variables as Record<string, string>)).rejects.toThrow(message);
  });

  test("a mistyped one is warned of, one of another purpose is not", async () => {
    const { read } = await setUp();
    const { warnings } = await read({}, { SIDETONE_REGISTRER: "sip:x", SIDETONE_DATA: "/data", SIDETON_URI: "x" });
    expect(warnings).toBe("sidetone: warning: SIDETONE_REGISTRER is no setting; did you mean SIDETONE_REGISTRAR?\n");
  });
});
