import { describe, expect, test } from "vitest";
import type { NaptrRecord, SrvRecord } from "@sidetone/infra-common";
import type { TransportName } from "@sidetone/sip-transport";
import { locating, text, type LocatingOptions } from "./locating.ts";

type Naptr = Partial<NaptrRecord> & Pick<NaptrRecord, "service" | "replacement">;
type Srv = Partial<SrvRecord> & Pick<SrvRecord, "target">;

interface Case {
  readonly title: string;
  readonly uri?: string;
  readonly transports?: readonly TransportName[];
  readonly naptr?: readonly Naptr[];
  readonly srv?: Readonly<Record<string, readonly Srv[]>>;
  readonly questions: readonly string[];
  /** Targets, or the code of the error. */
  readonly expected: readonly string[] | string;
}

const naptr = (order: number, service: string, replacement: string, rest: Partial<NaptrRecord> = {}): Naptr => ({
  order,
  preference: 50,
  service,
  replacement,
  ...rest,
});

/** The example of RFC 3263 §4.1. */
const allThree = [
  naptr(50, "SIPS+D2T", "_sips._tcp.example.com"),
  naptr(90, "SIP+D2T", "_sip._tcp.example.com"),
  naptr(100, "SIP+D2U", "_sip._udp.example.com"),
];
const srvOfAll = {
  "_sips._tcp.example.com": [{ target: "a.example.com", port: 5061 }],
  "_sip._tcp.example.com": [{ target: "a.example.com", port: 5070 }],
  "_sip._udp.example.com": [{ target: "a.example.com", port: 5080 }],
};
const plain: readonly TransportName[] = ["UDP", "TCP"];

/** A host of example.com is at 10.0.0.1, a.example.com at 10.0.0.2, b.example.com at 10.0.0.3. */
function setUp({ naptr: pointers = [], srv = {}, ...options }: Partial<Case> & LocatingOptions = {}) {
  const parts = locating(options);
  const { resolver } = parts;
  resolver.setAddresses("example.com", ["10.0.0.1"]);
  resolver.setAddresses("a.example.com", ["10.0.0.2"]);
  resolver.setAddresses("b.example.com", ["10.0.0.3"]);
  resolver.setNaptr("example.com", pointers);
  for (const [name, records] of Object.entries(srv)) resolver.setSrv(name, records);
  return parts;
}

const cases: Record<string, readonly Case[]> = {
  "§4: the target": [
    { title: "is the host", uri: "sip:example.com:5070", questions: ["A example.com"], expected: ["UDP 10.0.0.1:5070"] },
    { title: "is maddr in its place", uri: "sip:example.com;maddr=10.0.0.7", questions: [], expected: ["UDP 10.0.0.7:5060"] },
    {
      title: "is a name in maddr, too",
      uri: "sip:x.invalid;maddr=a.example.com;transport=udp",
      questions: ["SRV _sip._udp.a.example.com", "A a.example.com"],
      expected: ["UDP 10.0.0.2:5060"],
    },
  ],
  "§4.1: the transport": [
    { title: "is that of the parameter", uri: "sip:10.0.0.2;transport=tcp", questions: [], expected: ["TCP 10.0.0.2:5060"] },
    { title: "in any case", uri: "sip:10.0.0.2;transport=TLS", questions: [], expected: ["TLS 10.0.0.2:5061"] },
    { title: "is UDP for a numeric host", uri: "sip:10.0.0.2", questions: [], expected: ["UDP 10.0.0.2:5060"] },
    { title: "is TLS for a numeric host in sips", uri: "sips:10.0.0.2", questions: [], expected: ["TLS 10.0.0.2:5061"] },
    {
      title: "is UDP for a name with a port",
      uri: "sip:a.example.com:5060",
      questions: ["A a.example.com"],
      expected: ["UDP 10.0.0.2:5060"],
    },
    {
      title: "is TLS for a name with a port in sips",
      uri: "sips:a.example.com:5066",
      questions: ["AAAA a.example.com", "A a.example.com"],
      expected: ["TLS 10.0.0.2:5066"],
    },
    { title: "is TLS where sips asks for TCP", uri: "sips:10.0.0.2;transport=tcp", questions: [], expected: ["TLS 10.0.0.2:5061"] },
    {
      title: "is WSS where sips asks for WS (RFC 7118 §5.2)",
      uri: "sips:10.0.0.2;transport=ws",
      questions: [],
      expected: ["WSS 10.0.0.2:443"],
    },
    { title: "is never UDP in sips", uri: "sips:10.0.0.2;transport=udp", questions: [], expected: "SIP_TRANSPORT_UNSUPPORTED" },
    { title: "must be there", uri: "sip:10.0.0.2;transport=tls", transports: plain, questions: [], expected: "SIP_TRANSPORT_UNSUPPORTED" },
    { title: "must be there for sips", uri: "sips:example.com", transports: plain, questions: [], expected: "SIP_TRANSPORT_UNSUPPORTED" },
    {
      title: "is TCP where that is all there is",
      uri: "sip:10.0.0.2",
      transports: ["TCP"],
      questions: [],
      expected: ["TCP 10.0.0.2:5060"],
    },
  ],
  "§4.1: NAPTR": [
    {
      title: "the lowest order that is offered here decides, TLS for sip too",
      naptr: allThree,
      srv: srvOfAll,
      questions: ["NAPTR example.com", "SRV _sips._tcp.example.com", "AAAA a.example.com", "A a.example.com"],
      expected: ["TLS 10.0.0.2:5061"],
    },
    {
      title: "what the client does not support is discarded",
      transports: plain,
      naptr: allThree,
      srv: srvOfAll,
      questions: ["NAPTR example.com", "SRV _sip._tcp.example.com", "AAAA a.example.com", "A a.example.com"],
      expected: ["TCP 10.0.0.2:5070"],
    },
    {
      title: "sips discards all services without SIPS",
      uri: "sips:example.com",
      naptr: allThree.slice(1),
      srv: srvOfAll,
      questions: ["NAPTR example.com", "SRV _sips._tcp.example.com", "AAAA a.example.com", "A a.example.com"],
      expected: ["TLS 10.0.0.2:5061"],
    },
    {
      title: "the replacement may be in another domain",
      naptr: [naptr(1, "SIP+D2U", "_sip._udp.provider.example")],
      srv: { "_sip._udp.provider.example": [{ target: "b.example.com" }] },
      questions: ["NAPTR example.com", "SRV _sip._udp.provider.example", "A b.example.com"],
      expected: ["UDP 10.0.0.3:5060"],
    },
    {
      title: "within one order the preference decides, and the next helps out when there are no SRV records",
      naptr: [
        naptr(1, "SIP+D2U", "_sip._udp.example.com", { preference: 20 }),
        naptr(1, "SIP+D2T", "_sip._tcp.nowhere.example", { preference: 10 }),
      ],
      srv: srvOfAll,
      questions: ["NAPTR example.com", "SRV _sip._tcp.nowhere.example", "SRV _sip._udp.example.com", "A a.example.com"],
      expected: ["UDP 10.0.0.2:5080"],
    },
    {
      title: "a higher order is not considered once one matches (RFC 3403 §4.1)",
      naptr: [naptr(1, "SIP+D2T", "_sip._tcp.nowhere.example"), naptr(2, "SIP+D2U", "_sip._udp.example.com")],
      srv: srvOfAll,
      questions: ["NAPTR example.com", "SRV _sip._tcp.nowhere.example", "AAAA example.com", "A example.com"],
      expected: ["TCP 10.0.0.1:5060"],
    },
    {
      title: "other services, other flags and regular expressions do not apply",
      transports: plain,
      naptr: [
        naptr(1, "E2U+sip", "_sip._tcp.example.com"),
        naptr(1, "SIP+D2S", "_sip._sctp.example.com"),
        naptr(2, "SIP+D2T", "again.example.com", { flags: "" }),
        naptr(3, "SIP+D2T", "a.example.com", { flags: "a" }),
        naptr(4, "SIP+D2T", "", { regexp: "!^.*$!sip:x@example.com!" }),
        naptr(5, "sip+d2u", "_sip._udp.example.com", { flags: "S" }),
      ],
      srv: srvOfAll,
      questions: ["NAPTR example.com", "SRV _sip._udp.example.com", "A a.example.com"],
      expected: ["UDP 10.0.0.2:5080"],
    },
    {
      title: "is not asked with a transport parameter",
      uri: "sip:example.com;transport=tcp",
      naptr: allThree,
      srv: srvOfAll,
      questions: ["SRV _sip._tcp.example.com", "AAAA a.example.com", "A a.example.com"],
      expected: ["TCP 10.0.0.2:5070"],
    },
    {
      title: "offers WebSockets as D2W (RFC 7118 §5.5)",
      naptr: [naptr(1, "SIPS+D2W", "_sips._ws.example.com")],
      srv: { "_sips._ws.example.com": [{ target: "a.example.com", port: 8443 }] },
      questions: ["NAPTR example.com", "SRV _sips._ws.example.com", "AAAA a.example.com", "A a.example.com"],
      expected: ["WSS 10.0.0.2:8443"],
    },
  ],
  "§4.1: without NAPTR records": [
    {
      title: "SRV records are asked for of each transport, and UDP wins for sip",
      srv: srvOfAll,
      questions: ["NAPTR example.com", "SRV _sip._udp.example.com", "SRV _sip._tcp.example.com", "A a.example.com"],
      expected: ["UDP 10.0.0.2:5080"],
    },
    {
      title: "TCP serves where only it has SRV records",
      srv: { "_sip._tcp.example.com": [{ target: "b.example.com" }] },
      questions: ["NAPTR example.com", "SRV _sip._udp.example.com", "SRV _sip._tcp.example.com", "AAAA b.example.com", "A b.example.com"],
      expected: ["TCP 10.0.0.3:5060"],
    },
    {
      title: "sips asks for _sips alone",
      uri: "sips:example.com",
      srv: srvOfAll,
      questions: ["NAPTR example.com", "SRV _sips._tcp.example.com", "AAAA a.example.com", "A a.example.com"],
      expected: ["TLS 10.0.0.2:5061"],
    },
    {
      title: "nor SRV records, UDP for sip at the host itself",
      questions: ["NAPTR example.com", "SRV _sip._udp.example.com", "SRV _sip._tcp.example.com", "A example.com"],
      expected: ["UDP 10.0.0.1:5060"],
    },
    {
      title: "nor SRV records, TLS for sips at the host itself",
      uri: "sips:example.com",
      questions: ["NAPTR example.com", "SRV _sips._tcp.example.com", "AAAA example.com", "A example.com"],
      expected: ["TLS 10.0.0.1:5061"],
    },
  ],
  "§4.2: port and address": [
    {
      title: "a numeric host and port are used as they are",
      uri: "sip:[FD00:0::2]:7000;transport=tcp",
      questions: [],
      expected: ["TCP fd00::2:7000"],
    },
    {
      title: "a port, even 5060, keeps SRV out of it",
      uri: "sip:example.com:5060;transport=tcp",
      srv: srvOfAll,
      questions: ["AAAA example.com", "A example.com"],
      expected: ["TCP 10.0.0.1:5060"],
    },
    {
      title: "a sip URI with TLS asks for _sips",
      uri: "sip:example.com;transport=tls",
      srv: srvOfAll,
      questions: ["SRV _sips._tcp.example.com", "AAAA a.example.com", "A a.example.com"],
      expected: ["TLS 10.0.0.2:5061"],
    },
    {
      title: "without SRV records the host itself, at the transport's port",
      uri: "sip:example.com;transport=tls",
      questions: ["SRV _sips._tcp.example.com", "AAAA example.com", "A example.com"],
      expected: ["TLS 10.0.0.1:5061"],
    },
    {
      title: "servers by priority, each at its own port",
      uri: "sip:example.com;transport=udp",
      srv: {
        "_sip._udp.example.com": [
          { priority: 20, target: "a.example.com", port: 5061 },
          { priority: 10, target: "b.example.com", port: 5062 },
        ],
      },
      questions: ["SRV _sip._udp.example.com", "A b.example.com", "A a.example.com"],
      expected: ["UDP 10.0.0.3:5062", "UDP 10.0.0.2:5061"],
    },
    {
      title: "a server without an address is left out",
      uri: "sip:example.com;transport=udp",
      srv: { "_sip._udp.example.com": [{ target: "gone.example.com" }, { priority: 1, target: "b.example.com" }] },
      questions: ["SRV _sip._udp.example.com", "A gone.example.com", "A b.example.com"],
      expected: ["UDP 10.0.0.3:5060"],
    },
    {
      title: "SRV records without any address are no reason to take the host itself",
      uri: "sip:example.com;transport=udp",
      srv: { "_sip._udp.example.com": [{ target: "gone.example.com" }] },
      questions: ["SRV _sip._udp.example.com", "A gone.example.com"],
      expected: "SIP_TRANSPORT_NAME_NOT_FOUND",
    },
  ],
  'RFC 2782: the target "."': [
    {
      title: "ends the search where it is all there is",
      uri: "sip:example.com;transport=udp",
      srv: { "_sip._udp.example.com": [{ target: "." }] },
      questions: ["SRV _sip._udp.example.com"],
      expected: "SIP_TRANSPORT_NAME_NOT_FOUND",
    },
    {
      title: "rules out its transport alone",
      srv: { "_sip._udp.example.com": [{ target: "." }] },
      questions: ["NAPTR example.com", "SRV _sip._udp.example.com", "SRV _sip._tcp.example.com", "AAAA example.com", "A example.com"],
      expected: ["TCP 10.0.0.1:5060"],
    },
    {
      title: "and port 0 lead nowhere among others",
      uri: "sip:example.com;transport=udp",
      srv: { "_sip._udp.example.com": [{ target: "." }, { target: "a.example.com", port: 0 }, { target: "b.example.com", port: 5066 }] },
      questions: ["SRV _sip._udp.example.com", "A b.example.com"],
      expected: ["UDP 10.0.0.3:5066"],
    },
  ],
};

for (const [rule, rows] of Object.entries(cases)) {
  describe(`RFC 3263 ${rule}`, () => {
    test.each(rows)("$title", async ({ uri = "sip:bob@example.com", questions, expected, ...rest }) => {
      const { locate, resolver } = setUp(rest);
      if (typeof expected === "string") await expect(locate(uri)).rejects.toMatchObject({ code: expected });
      else expect((await locate(uri)).map(text)).toEqual(expected);
      expect(resolver.questions).toEqual(questions);
    });
  });
}

describe("a name of this site", () => {
  test.each(["localhost", "sip.localhost", "printer.local", "pbx"])(
    "%s is asked for its address alone (RFC 6761, RFC 6762)",
    async (host) => {
      const { locate, resolver } = setUp();
      resolver.setAddresses(host, ["10.0.0.6"]);
      expect((await locate(`sip:${host}`)).map(text)).toEqual(["UDP 10.0.0.6:5060"]);
      expect((await locate(`sip:${host};transport=tls`)).map(text)).toEqual(["TLS 10.0.0.6:5061"]);
      expect(resolver.questions).toEqual([`A ${host}`, `AAAA ${host}`]);
    },
  );
});

describe("targets", () => {
  test("carry the name of the URI, of the server, and the priority", async () => {
    const { locate } = setUp({ srv: { "_sip._udp.example.com": [{ priority: 7, target: "a.example.com" }] } });
    expect(await locate("sip:example.com")).toEqual([
      { transport: "UDP", address: "10.0.0.2", port: 5060, hostName: "example.com", serverName: "a.example.com", priority: 7 },
    ]);
  });

  test("come once each, although two servers have the same address", async () => {
    const { locate, resolver } = setUp({
      srv: { "_sip._udp.example.com": [{ target: "a.example.com" }, { target: "alias.example.com" }] },
    });
    resolver.setAddresses("alias.example.com", ["10.0.0.2"]);
    expect((await locate("sip:example.com")).map(text)).toEqual(["UDP 10.0.0.2:5060"]);
  });

  test.each([
    [
      "a global IPv6 address goes first",
      ["10.0.0.2", "2001:db8::2"],
      ["TCP 2001:db8::2|10.0.0.2:5060"],
      ["UDP 2001:db8::2:5060", "UDP 10.0.0.2:5060"],
    ],
    [
      "a site's own IPv6 address goes second",
      ["10.0.0.2", "fd00::2"],
      ["TCP 10.0.0.2|fd00::2:5060"],
      ["UDP 10.0.0.2:5060", "UDP fd00::2:5060"],
    ],
    [
      "they take turns (RFC 8305 §4)",
      ["10.0.0.2", "10.0.0.3", "2001:db8::2"],
      ["TCP 2001:db8::2|10.0.0.2:5060", "TCP 10.0.0.3:5060"],
      ["UDP 2001:db8::2:5060", "UDP 10.0.0.2:5060", "UDP 10.0.0.3:5060"],
    ],
  ])("of both families: %s (RFC 6724 §6); a stream races them, UDP cannot", async (_, addresses, overTcp, overUdp) => {
    const { locate, resolver } = locating({ udpFamilies: [4, 6] });
    resolver.setAddresses("bob.example.com", addresses);
    expect((await locate("sip:bob.example.com;transport=tcp")).map(text)).toEqual(overTcp);
    expect((await locate("sip:bob.example.com;transport=udp")).map(text)).toEqual(overUdp);
  });

  test("of a family that this machine has no address of are left out where there are others", async () => {
    const { locate, resolver } = locating({ otherAddresses: [] });
    resolver.setAddresses("bob.example.com", ["2001:db8::2", "10.0.0.2"]);
    expect((await locate("sip:bob.example.com:5060;transport=tcp")).map(text)).toEqual(["TCP 10.0.0.2:5060"]);
  });

  test("of a family without a socket are left out; where there is no other, the error says why", async () => {
    const { locate, resolver } = locating({ udpFamilies: [4] });
    resolver.setAddresses("bob.example.com", ["10.0.0.2", "2001:db8::2"]);
    resolver.setAddresses("six.example.com", ["fd00::2"]);
    expect((await locate("sip:bob.example.com:5060")).map(text)).toEqual(["UDP 10.0.0.2:5060"]);
    for (const uri of ["sip:six.example.com:5060", "sip:six.example.com", "sip:[fd00::2]"]) {
      await expect(locate(uri)).rejects.toMatchObject({ code: "SIP_TRANSPORT_NOT_LISTENING" });
    }
    await expect(locate("sip:nobody.example.com")).rejects.toMatchObject({ code: "SIP_TRANSPORT_NAME_NOT_FOUND" });
  });
});

describe("a name in .invalid", () => {
  test("is that of a connection or of nothing, and the name service is not asked (RFC 6761 §6.4)", async () => {
    const { locate, resolver } = setUp();
    await expect(locate("sip:bob@df7jal23ls0d.invalid;transport=ws")).rejects.toMatchObject({ code: "SIP_TRANSPORT_NAME_NOT_FOUND" });
    expect(resolver.questions).toEqual([]);
  });
});

describe("hostile names", () => {
  test("a thousand records cost no more than sixteen servers and 32 targets", async () => {
    const servers = Array.from({ length: 1000 }, (_, i) => ({ target: `s${i}.example.com`, priority: 1000 - i, port: 1000 + i }));
    const { locate, resolver } = setUp({
      naptr: Array.from({ length: 1000 }, (_, i) => naptr(1, "SIP+D2U", `_sip._udp.x${i}.example.com`)),
      srv: Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`_sip._udp.x${i}.example.com`, servers])),
    });
    for (let i = 0; i < 1000; i++)
      resolver.setAddresses(
        `s${i}.example.com`,
        Array.from({ length: 1000 }, (_, j) => `10.${i % 250}.${j % 250}.${j >> 2}`),
      );
    const targets = await locate("sip:example.com");
    expect(targets).toHaveLength(32);
    expect(targets[0]).toMatchObject({ serverName: "s999.example.com", priority: 1 });
    expect(resolver.questions.length).toBeLessThanOrEqual(1 + 5 + 16);
  });

  test("records that lead back to themselves are followed once", async () => {
    const { locate, resolver } = setUp({
      naptr: [naptr(1, "SIP+D2U", "example.com")],
      srv: { "example.com": [{ target: "example.com" }] },
    });
    resolver.setAddresses("example.com", []);
    await expect(locate("sip:example.com")).rejects.toMatchObject({ code: "SIP_TRANSPORT_NAME_NOT_FOUND" });
    expect(resolver.questions).toEqual(["NAPTR example.com", "SRV example.com", "A example.com"]);
  });

  test.each([`sip:${"a".repeat(64)}.example.com`, `sip:${"abcdefg.".repeat(31)}example`])("%s is too long to be asked for", async (uri) => {
    const { locate, resolver } = setUp();
    await expect(locate(uri)).rejects.toMatchObject({ code: "SIP_TRANSPORT_NAME_NOT_FOUND" });
    for (const question of resolver.questions) expect(question.length).toBeLessThan(260);
  });

  test("NAPTR records that named SIPS and do not any more are warned of (RFC 3263 §7)", async () => {
    const warnings: string[] = [];
    const { locate, resolver, clock } = setUp({ naptr: allThree, srv: srvOfAll, warnings });
    await locate("sip:example.com");
    expect(warnings).toEqual([]);
    resolver.setNaptr("example.com", allThree.slice(1));
    await clock.advance(301_000);
    await locate("sip:example.com");
    await locate("sip:example.com");
    expect(warnings).toEqual([expect.stringContaining("SIPS")]);
  });
});

describe("a name service that is slow or silent", () => {
  test("costs its question, and the search goes on", async () => {
    const { locate, resolver, clock } = setUp({ srv: srvOfAll });
    resolver.setConditions({ fails: true }, "example.com");
    resolver.setConditions({ delayMs: Infinity }, "_sip._udp.example.com");
    expect((await clock.advanceUntil(locate("sip:example.com"))).map(text)).toEqual(["TCP 10.0.0.2:5070"]);
    expect(clock.now()).toBe(3_000);
  });

  test("for a lesser server does not hold up the better one", async () => {
    const { locate, resolver, clock } = setUp({
      srv: { "_sip._udp.example.com": [{ target: "a.example.com" }, { priority: 1, target: "b.example.com" }] },
    });
    resolver.setConditions({ delayMs: 2_000 }, "b.example.com");
    expect((await clock.advanceUntil(locate("sip:example.com;transport=udp"))).map(text)).toEqual(["UDP 10.0.0.2:5060"]);
    expect(clock.now()).toBe(300);
    await clock.advance(2_000);
    expect(await locate("sip:example.com;transport=udp")).toHaveLength(2);
  });

  test("is the error's cause when nothing else is left", async () => {
    const { locate, resolver } = setUp();
    resolver.setConditions({ fails: true });
    await expect(locate("sip:example.com")).rejects.toMatchObject({
      code: "SIP_TRANSPORT_NAME_NOT_FOUND",
      cause: { code: "NETWORK_NAME_SERVICE_FAILED" },
    });
  });

  test("is not waited for any more once the signal aborts", async () => {
    const { locate, resolver, clock } = setUp();
    const reason = new Error("no longer wanted");
    await expect(locate("sip:example.com", AbortSignal.abort(reason))).rejects.toBe(reason);
    for (const name of ["example.com", "_sip._udp.example.com", "a.example.com"]) {
      const abort = new AbortController();
      resolver.setConditions({ delayMs: Infinity }, name);
      const asked = locate(name.startsWith("a.") ? "sip:a.example.com:5060" : "sip:example.com", abort.signal).catch(
        (error: unknown) => error,
      );
      await clock.advance(100);
      abort.abort(reason);
      expect(await asked).toBe(reason);
      await clock.advance(10_000);
      resolver.setConditions({}, name);
    }
    expect(clock.pendingTimers).toBe(0);
  });
});

describe("the explanation", () => {
  test("names the records found, where they came from, the order chosen, and why", async () => {
    const { explain } = setUp({ naptr: allThree, srv: srvOfAll });
    const { uri, targets, steps, error } = await explain("sip:bob@example.com");
    expect([uri, targets.map(text), error]).toEqual(["sip:bob@example.com", ["TLS 10.0.0.2:5061"], undefined]);
    expect(steps).toMatchObject([
      {
        rule: "RFC 3263 §4.1",
        text: "The domain prefers TLS of what is offered here.",
        question: "NAPTR example.com",
        records: [
          '50 50 "s" "SIPS+D2T" "" _sips._tcp.example.com',
          '90 50 "s" "SIP+D2T" "" _sip._tcp.example.com',
          '100 50 "s" "SIP+D2U" "" _sip._udp.example.com',
        ],
        source: "asked",
        ttlSeconds: 300,
      },
      { rule: "RFC 3263 §4.2", question: "SRV _sips._tcp.example.com", records: ["0 0 5061 a.example.com"] },
      { rule: "RFC 2782", text: "By priority, and by weight among equals, in this order: a.example.com:5061." },
      { question: "AAAA a.example.com", records: [] },
      { question: "A a.example.com", records: ["10.0.0.2"] },
    ]);
    expect((await explain("sip:bob@example.com")).steps[0]).toMatchObject({ source: "kept", ttlSeconds: 300 });
  });

  test("goes as far as the search did when there is no target", async () => {
    const { explain, resolver } = setUp();
    resolver.setConditions({ fails: true });
    const { targets, steps, error } = await explain("sip:example.com");
    expect(targets).toEqual([]);
    expect(error).toMatchObject({ code: "SIP_TRANSPORT_NAME_NOT_FOUND" });
    expect(steps.filter((step) => step.error !== undefined)).toHaveLength(4);
  });
});
