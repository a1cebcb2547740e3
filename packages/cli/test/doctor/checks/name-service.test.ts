import { expect, test } from "vitest";
import { nameServiceCheck } from "../../../src/doctor/checks/name-service.ts";
import { codesOf, surgery } from "../../support/examine.ts";

test("NAPTR, SRV and addresses with their TTL, and the order that the stack takes", async () => {
  const { examine, here } = surgery();
  here.resolver.setNaptr("example.com", [{ service: "SIP+D2T", replacement: "_sip._tcp.example.com" }], { ttlSeconds: 3600 });
  here.resolver.setSrv("_sip._tcp.example.com", [
    { priority: 20, target: "b.example.com", port: 5070 },
    { priority: 10, target: "a.example.com" },
  ]);
  here.resolver.setAddresses("a.example.com", ["10.0.0.2"]);
  here.resolver.setAddresses("b.example.com", ["10.0.0.3"], { ttlSeconds: undefined });
  const findings = await examine(nameServiceCheck, { server: "sip:example.com" });
  expect(findings.map(({ text }) => text)).toEqual([
    'NAPTR example.com is 0 0 "s" "SIP+D2T" "" _sip._tcp.example.com (holds for 3600 s)',
    "SRV _sip._tcp.example.com is 20 0 5070 b.example.com, 10 0 5060 a.example.com (holds for 300 s)",
    "A a.example.com is 10.0.0.2 (holds for 300 s)",
    "A b.example.com is 10.0.0.3",
    "Requests to sip:example.com go to 1. TCP 10.0.0.2:5060 (a.example.com), 2. TCP 10.0.0.3:5070 (b.example.com)",
  ]);
  expect(findings.at(-1)).toMatchObject({ code: "DNS_TARGETS", data: { targets: [{ address: "10.0.0.2" }, { address: "10.0.0.3" }] } });
});

test("what the domain offers besides, over other transports", async () => {
  const { examine, here } = surgery();
  here.resolver.setSrv("_sip._udp.example.com", [{ target: "a.example.com" }]);
  here.resolver.setSrv("_sips._tcp.example.com", [{ target: "a.example.com", port: 5061 }]);
  here.resolver.setAddresses("a.example.com", ["10.0.0.2"]);
  const findings = await examine(nameServiceCheck, { server: "sip:example.com" });
  expect(findings.filter(({ code }) => code === "DNS_TARGETS").map(({ text }) => text)).toEqual([
    "Requests to sip:example.com go to UDP 10.0.0.2:5060 (a.example.com)",
    "Offered besides, for those who ask for it: TLS 10.0.0.2:5061 (a.example.com)",
  ]);
});

test("a host without SRV records is asked itself", async () => {
  const { examine, here } = surgery();
  here.resolver.setAddresses("example.com", ["10.0.0.2"]);
  const findings = await examine(nameServiceCheck, { server: "sip:example.com" });
  expect(codesOf(findings)).toEqual(["DNS_RECORDS", "DNS_TARGETS", "DNS_NO_SRV"]);
  expect(findings[1]).toMatchObject({ text: "Requests to sip:example.com go to UDP 10.0.0.2:5060" });
});

test("an address needs no name service", async () => {
  const { examine, here } = surgery();
  const findings = await examine(nameServiceCheck, { server: "sip:10.0.0.2:5070;transport=tcp" });
  expect(findings).toMatchObject([{ code: "DNS_TARGETS", text: "Requests to sip:10.0.0.2:5070;transport=tcp go to TCP 10.0.0.2:5070" }]);
  expect(here.resolver.questions).toEqual([]);
});

test("a name that does not exist", async () => {
  const findings = await surgery().examine(nameServiceCheck, { server: "sip:exmaple.com" });
  expect(findings).toMatchObject([{ code: "DNS_NAME_NOT_FOUND", status: "problem", subject: "sip:exmaple.com" }]);
  expect(findings[0]!.text).toContain('"exmaple.com"');
});

test("a domain that says that it offers no SIP", async () => {
  const { examine, here } = surgery();
  for (const prefix of ["_sip._udp", "_sip._tcp", "_sips._tcp", "_sip._ws", "_sips._ws"])
    here.resolver.setSrv(`${prefix}.example.com`, [{ target: ".", port: 0 }]);
  const findings = await examine(nameServiceCheck, { server: "sip:example.com" });
  expect(codesOf(findings)).toContain("DNS_NAME_NOT_FOUND");
  expect(findings.at(-1)!.text).toContain("offers no SIP");
});

test("a name service that fails is another thing than a name that does not exist", async () => {
  const { examine, here } = surgery();
  here.resolver.setConditions({ fails: true });
  const findings = await examine(nameServiceCheck, { server: "sip:example.com" });
  expect(findings).toMatchObject([{ code: "DNS_NO_ANSWER", status: "problem" }]);
});

test("a name service that is silent is given up within the time", async () => {
  const { examine, here, clock } = surgery();
  here.resolver.setConditions({ delayMs: Infinity });
  const findings = await examine(nameServiceCheck, { server: "sip:example.com" });
  expect(codesOf(findings)).toEqual(["DNS_NO_ANSWER"]);
  expect(clock.now()).toBeLessThan(10_000);
});

test("one question without an answer, while others are answered", async () => {
  const { examine, here } = surgery();
  here.resolver.setAddresses("example.com", ["10.0.0.2"]);
  here.resolver.setConditions({ fails: true }, "_sip._udp.example.com");
  const findings = await examine(nameServiceCheck, { server: "sip:example.com" });
  expect(findings.find(({ code }) => code === "DNS_PARTLY_SILENT")).toMatchObject({
    status: "note",
    data: { questions: ["SRV _sip._udp.example.com"] },
  });
});

test("a slow name service", async () => {
  const { examine, here } = surgery();
  here.resolver.setAddresses("example.com", ["10.0.0.2"]);
  here.resolver.setConditions({ delayMs: 500 });
  const findings = await examine(nameServiceCheck, { server: "sip:example.com" });
  expect(findings.find(({ code }) => code === "DNS_SLOW")).toMatchObject({ status: "note", text: "The name service took 1.5 s" });
});

test("more servers than are asked", async () => {
  const { examine, here } = surgery();
  const addresses = (first: number): string[] => Array.from({ length: 8 }, (_, i) => `10.0.${first}.${i + 1}`);
  here.resolver.setSrv(
    "_sip._udp.example.com",
    [1, 2, 3].map((i) => ({ target: `s${i}.example.com`, priority: i })),
  );
  for (const i of [1, 2, 3]) here.resolver.setAddresses(`s${i}.example.com`, addresses(i));
  const findings = await examine(nameServiceCheck, { server: "sip:example.com" });
  expect(findings.at(-1)).toMatchObject({ code: "TARGETS_LEFT_OUT", status: "note", text: "Only the first 16 of 24 targets are asked" });
});
