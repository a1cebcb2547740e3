import { SipUri } from "@sidetone/sip-core";
import { describe, expect, test } from "vitest";
import { contactsOf } from "../support/phone.ts";
import { registrarScenario } from "../support/registrar-scenario.ts";

const setUp = registrarScenario;
const alice = SipUri.parse("sip:alice@example.com");

describe("A registrar (RFC 3261 §10.3)", () => {
  test("binds a contact, and answers with every binding, its expiry and the date", async () => {
    const { phone, server, events } = await setUp();
    const response = await phone.send({ expires: 600 });
    expect(response.statusCode).toBe(200);
    expect(contactsOf(response)).toEqual(["sip:alice@10.0.0.2:5060 600"]);
    expect(response.getText("Date")).toBe("Thu, 01 Jan 2026 00:00:00 GMT");
    expect(response.toTag).toBeDefined();
    expect(events).toEqual(["added alice@example.com sip:alice@10.0.0.2:5060"]);
    expect(server.registrar.lookup(alice)[0]).toMatchObject({
      contact: "sip:alice@10.0.0.2:5060",
      receivedTransport: "UDP",
      receivedAddress: "10.0.0.2",
      receivedPort: 5060,
      callId: "phone-1",
      sequenceNumber: 1,
    });
  });

  test("lists the bindings when there is no Contact, and changes nothing", async () => {
    const { phone, clock, events } = await setUp();
    expect(contactsOf(await phone.send({ contacts: [] }))).toEqual([]);
    await phone.send({ expires: 600 });
    await clock.advance(100_000);
    expect(contactsOf(await phone.send({ contacts: [], expires: 0 }))).toEqual(["sip:alice@10.0.0.2:5060 500"]);
    expect(events).toHaveLength(1);
  });

  test("takes the expiry of the contact before that of the header field, and its own where there is none", async () => {
    const { phone } = await setUp({ limits: { maxExpiresSeconds: 7200 } });
    const contacts = ["<sip:a@10.0.0.2>;expires=100", "<sip:b@10.0.0.2>", "<sip:c@10.0.0.2>;expires=99999"];
    const response = await phone.send({ contacts, expires: 200 });
    expect(contactsOf(response).sort()).toEqual(["sip:a@10.0.0.2 100", "sip:b@10.0.0.2 200", "sip:c@10.0.0.2 7200"]);
    const others = await phone.send({ to: "sip:bob@example.com", contacts: ["<sip:b@10.0.0.2>"] });
    expect(contactsOf(others)).toEqual(["sip:b@10.0.0.2 3600"]);
    const odd = await phone.send({ to: "sip:carol@example.com", contacts: ["<sip:c@10.0.0.2>;expires=soon"], expires: "later" });
    expect(contactsOf(odd)).toEqual(["sip:c@10.0.0.2 3600"]);
  });

  test("grants what was asked for to the second, at whatever moment", async () => {
    const { phone, clock } = await setUp({ limits: { minExpiresSeconds: 1 } });
    for (let i = 0; i < 20; i++) {
      await clock.advance(100 / 3);
      expect(contactsOf(await phone.send({ expires: 4 }))).toEqual(["sip:alice@10.0.0.2:5060 4"]);
    }
  });

  test("refuses too short an interval with 423 and Min-Expires, and binds none of the contacts", async () => {
    const { phone, server } = await setUp({ limits: { minExpiresSeconds: 120 } });
    const response = await phone.send({ contacts: ["<sip:a@10.0.0.2>;expires=600", "<sip:b@10.0.0.2>;expires=119"] });
    expect([response.statusCode, response.getText("Min-Expires")]).toEqual([423, "120"]);
    expect(server.registrar.location.size).toBe(0);
    expect((await phone.send({ expires: 120 })).statusCode).toBe(200);
  });

  test("removes a binding whose expiry is 0, and knows nothing of one that is not there", async () => {
    const { phone, events } = await setUp();
    await phone.send({ contacts: ["<sip:a@10.0.0.2>", "<sip:b@10.0.0.2>"] });
    const response = await phone.send({ contacts: ["<sip:a@10.0.0.2>;expires=0", "<sip:never@10.0.0.2>;expires=0"] });
    expect(contactsOf(response)).toEqual(["sip:b@10.0.0.2 3600"]);
    expect(events.slice(2)).toEqual(["Unregistered alice@example.com sip:a@10.0.0.2"]);
  });

  test("removes all bindings for Contact: * with Expires: 0", async () => {
    const { phone, server, events } = await setUp();
    await phone.send({ contacts: ["<sip:a@10.0.0.2>"] });
    await phone.send({ contacts: ["<sip:b@10.0.0.3>"], callId: "other-phone", cseq: 40 });
    const response = await phone.send({ contacts: ["*"], expires: 0 });
    expect([response.statusCode, contactsOf(response)]).toEqual([200, []]);
    expect(server.registrar.location.addressCount).toBe(0);
    expect(events.slice(2)).toEqual(["Unregistered alice@example.com sip:a@10.0.0.2", "Unregistered alice@example.com sip:b@10.0.0.3"]);
  });

  test.each([
    ["another Contact", { contacts: ["*", "<sip:a@10.0.0.2>"], expires: 0 }],
    ["an interval", { contacts: ["*"], expires: 60 }],
    ["no Expires", { contacts: ["*"] }],
  ])("refuses Contact: * with %s", async (_, options) => {
    const { phone, server } = await setUp();
    await phone.send();
    expect((await phone.send(options)).statusCode).toBe(400);
    expect(server.registrar.location.size).toBe(1);
  });

  test("removes nothing for Contact: * when one binding is newer than the request", async () => {
    const { phone, server } = await setUp();
    await phone.send({ contacts: ["<sip:a@10.0.0.2>"], callId: "other", cseq: 1 });
    await phone.send({ contacts: ["<sip:b@10.0.0.2>"], cseq: 10 });
    expect((await phone.send({ contacts: ["*"], expires: 0, cseq: 9 })).statusCode).toBe(500);
    expect(server.registrar.location.size).toBe(2);
  });

  test("refuses a request of the same Call-ID whose CSeq is not higher, for all its contacts", async () => {
    const { phone, server, clock } = await setUp();
    await phone.send({ contacts: ["<sip:a@10.0.0.2>"], cseq: 5 });
    await clock.advance(33_000); // within 64·T1 it is a merged request: 482
    for (const cseq of [5, 4]) {
      const response = await phone.send({ contacts: ["<sip:new@10.0.0.2>", "<sip:a@10.0.0.2>;expires=0"], cseq });
      expect(response.statusCode).toBe(500);
    }
    expect(server.registrar.lookup(alice).map(({ contact }) => contact)).toEqual(["sip:a@10.0.0.2"]);
    expect((await phone.send({ cseq: 6 })).statusCode).toBe(200);
  });

  test("takes a request of another Call-ID whatever its CSeq: the phone was started anew", async () => {
    const { phone, events } = await setUp();
    await phone.send({ cseq: 50 });
    const response = await phone.send({ cseq: 1, callId: "after-restart", expires: 300 });
    expect(contactsOf(response)).toEqual(["sip:alice@10.0.0.2:5060 300"]);
    expect(events[1]).toBe("refreshed alice@example.com sip:alice@10.0.0.2:5060");
  });

  test("matches contacts by the comparison of URIs, not by their spelling", async () => {
    const { phone, server } = await setUp();
    await phone.send({ contacts: ["<sip:%61lice@PHONE.example.com;x=1>"] });
    await phone.send({ contacts: ["<sip:alice@phone.EXAMPLE.com;y=2>;expires=500"] });
    expect(server.registrar.location.size).toBe(1);
    await phone.send({ contacts: ["<sip:Alice@phone.example.com>"] });
    expect(server.registrar.location.size).toBe(2);
  });

  test("takes the last of the same contact twice in one request", async () => {
    const { phone, events } = await setUp();
    const response = await phone.send({ contacts: ["<sip:a@10.0.0.2>;expires=100", "<sip:a@10.0.0.2>;expires=200"] });
    expect(contactsOf(response)).toEqual(["sip:a@10.0.0.2 200"]);
    expect(events).toHaveLength(1);
    expect(contactsOf(await phone.send({ contacts: ["<sip:b@10.0.0.2>", "<sip:b@10.0.0.2>;expires=0"] }))).toEqual(["sip:a@10.0.0.2 200"]);
    expect(events).toHaveLength(1);
  });

  test("orders bindings by q, among equals the last registered first, and gives parameters back", async () => {
    const { phone } = await setUp();
    await phone.send({ contacts: ['"Desk" <sip:a@10.0.0.2>;q=0.5;audio', "<sip:b@10.0.0.2>;q=0.9"] });
    const response = await phone.send({ contacts: ["<sip:c@10.0.0.2>;q=0.9", "<sip:d@10.0.0.2>", "<mailto:a@example.com>;q=0"] });
    expect(response.getAllText("Contact")).toEqual([
      "<sip:d@10.0.0.2>;expires=3600",
      "<sip:c@10.0.0.2>;q=0.9;expires=3600",
      "<sip:b@10.0.0.2>;q=0.9;expires=3600",
      "<sip:a@10.0.0.2>;audio;q=0.5;expires=3600",
      "<mailto:a@example.com>;q=0;expires=3600",
    ]);
  });

  test("keeps one address-of-record for all spellings of it", async () => {
    const { phone, server } = await setUp();
    await phone.send({ to: "sips:%61lice@EXAMPLE.com:5061;transport=tcp" });
    await phone.send({ to: "sip:alice@example.com" });
    expect([...server.registrar.location.addressesOfRecord()]).toEqual(["alice@example.com"]);
    expect(server.registrar.location.size).toBe(1);
  });

  test("is for its domains alone", async () => {
    const { phone } = await setUp();
    expect((await phone.send({ requestUri: "sip:example.org" })).statusCode).toBe(404);
    expect((await phone.send({ to: "sip:alice@example.org" })).statusCode).toBe(404);
    expect((await phone.send({ to: "sip:example.com" })).statusCode).toBe(404);
    expect((await phone.send({ requestUri: "tel:+49301234" })).statusCode).toBe(416);
  });

  test("without named domains is for any, and takes them for one", async () => {
    const { phone, server } = await setUp({ domains: undefined });
    await phone.send({ requestUri: "sip:10.0.0.1", to: "sip:alice@10.0.0.1" });
    await phone.send({ requestUri: "sip:pbx.example.net", to: "sip:alice@pbx.example.net" });
    expect([...server.registrar.location.addressesOfRecord()]).toEqual(["alice@any"]);
    expect(server.registrar.lookup(SipUri.parse("sip:alice@elsewhere"))).toHaveLength(1);
  });

  test("refuses extensions that it does not know", async () => {
    const { phone } = await setUp();
    const response = await phone.send({ headers: ["Require: path, gruu"] });
    expect([response.statusCode, response.getText("Unsupported")]).toEqual([420, "gruu"]);
  });
});

describe("Limits of a registrar", () => {
  test("one address has so many bindings at most, and may refresh and exchange those", async () => {
    const { phone, server } = await setUp({ limits: { bindingsPerAddress: 2 } });
    await phone.send({ contacts: ["<sip:a@10.0.0.2>", "<sip:b@10.0.0.2>"] });
    expect((await phone.send({ contacts: ["<sip:c@10.0.0.2>"] })).statusCode).toBe(403);
    expect((await phone.send({ contacts: ["<sip:a@10.0.0.2>"] })).statusCode).toBe(200);
    expect((await phone.send({ contacts: ["<sip:c@10.0.0.2>", "<sip:a@10.0.0.2>;expires=0"] })).statusCode).toBe(200);
    expect(server.registrar.location.size).toBe(2);
  });

  test("all addresses together have so many bindings at most: 503 with Retry-After", async () => {
    const { phone } = await setUp({ limits: { bindings: 1 } });
    await phone.send();
    const response = await phone.send({ to: "sip:bob@example.com" });
    expect([response.statusCode, response.getText("Retry-After")]).toEqual([503, "60"]);
    expect((await phone.send({ expires: 100 })).statusCode).toBe(200);
  });

  test("a binding is no larger than allowed", async () => {
    const { phone } = await setUp({ limits: { bindingCharacters: 200 } });
    expect((await phone.send({ contacts: [`<sip:${"a".repeat(200)}@10.0.0.2>`] })).statusCode).toBe(513);
  });

  test.each([
    { limits: { minExpiresSeconds: 3601 } },
    { limits: { maxExpiresSeconds: 30 } },
    { limits: { bindings: 0 } },
    { limits: { defaultExpiresSeconds: 9000 } },
    { flowTimerSeconds: 0.5 },
    { serviceRoute: ["sip:no.brackets"] },
    { domains: [] },
    { domains: ["not a host"] },
    { redirects: "authenticated" as const },
  ])("an option that cannot be honoured is refused: %j", async (options) => {
    await expect(setUp(options)).rejects.toThrow(expect.objectContaining({ code: "REGISTRAR_OPTION" }) as Error);
  });
});
