import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { rawScenario } from "./support/raw-scenario.ts";
import type { TestAgentOptions } from "./support/test-agent.ts";

async function setUp(options: TestAgentOptions = {}) {
  const parts = await rawScenario(options);
  const { alice, clock, peer } = parts;
  /** Sends a request outside of a dialog and returns the final response. */
  const ask = async (method: string, fields: { requestUri?: string; headers?: string[]; body?: string } = {}) => {
    const branch = peer.request(method, {
      requestUri: alice.uri,
      to: `<${alice.uri}>`,
      cseq: 1,
      callId: `call-${peer.received.length}`,
      ...fields,
    });
    await clock.advance(10);
    const response = peer.responses.at(-1)!;
    if (method === "INVITE" && response?.statusCode >= 300) {
      peer.request("ACK", { requestUri: alice.uri, to: response.getText("To")!, cseq: 1, callId: response.callId, branch });
      await clock.advance(10);
    }
    return response;
  };
  return { ...parts, ask };
}

const allow = "INVITE, ACK, CANCEL, BYE, OPTIONS";

describe("A request is looked at in the order of RFC 3261 §8.2", () => {
  test.each(["REGISTER", "SUBSCRIBE", "NOTIFY", "MESSAGE", "INFO", "UPDATE", "PRACK", "REFER", "PUBLISH"])(
    "%s, known and not allowed, is answered 405 with Allow (§8.2.1)",
    async (method) => {
      const { ask, expectNothingLeft } = await setUp();
      const response = await ask(method);
      expect([response.statusCode, response.getText("Allow")]).toEqual([405, allow]);
      await expectNothingLeft();
    },
  );

  test("a method that nobody knows is answered 501 (§21.5.2)", async () => {
    const { ask, expectNothingLeft } = await setUp();
    expect((await ask("FROBNICATE")).statusCode).toBe(501);
    expect((await ask("invite")).statusCode, "methods are case-sensitive").toBe(501);
    await expectNothingLeft();
  });

  test.each([
    ["without From, To and Call-ID (RFC 4475 §3.3.1)", "Via: SIP/2.0/UDP 10.0.0.2;branch=z9hG4bKx\nCSeq: 1 INVITE"],
    [
      "with broken parameters in Via (RFC 4475 §3.1.2.1)",
      "Via: SIP/2.0/UDP 10.0.0.2;;,;,,\nFrom: <sip:x@10.0.0.2>;tag=x\nTo: <sip:alice@10.0.0.1>\nCall-ID: x\nCSeq: 1 INVITE\nMax-Forwards: 7",
    ],
  ])("a request %s is answered 400", async (_what, fields) => {
    const { clock, log, peer, expectNothingLeft } = await setUp();
    peer.send(`INVITE sip:alice@10.0.0.1 SIP/2.0\n${fields}`);
    await clock.advance(10);
    expect(log.entries.at(-1)).toMatchObject({ to: "peer:5060", dropped: undefined });
    expect(log.sipStartLines.at(-1)).toBe("SIP/2.0 400 Bad Request");
    await expectNothingLeft();
  });

  test("a Request-URI of a scheme that is not known is answered 416 (§8.2.2.1)", async () => {
    const { ask, expectNothingLeft } = await setUp();
    expect((await ask("OPTIONS", { requestUri: "news:comp.dcom.telecom" })).statusCode).toBe(416);
    expect((await ask("OPTIONS", { requestUri: "tel:+15551234" })).statusCode).toBe(200);
    expect((await ask("OPTIONS", { requestUri: "SIP:alice@10.0.0.1" })).statusCode).toBe(200);
    await expectNothingLeft();
  });

  test("an option tag in Require that does not run is answered 420 with Unsupported (§8.2.2.3)", async () => {
    const { ask, expectNothingLeft } = await setUp();
    const response = await ask("INVITE", { headers: ["Require: 100rel, nothingSupportsThis", "Require: timer"], body: "offer" });
    expect([response.statusCode, response.getText("Unsupported")]).toEqual([420, "100rel, nothingSupportsThis, timer"]);
    await expectNothingLeft();
  });

  test("a body of a type that is not understood is answered 415 with Accept (§8.2.3)", async () => {
    const { alice, ask, expectNothingLeft } = await setUp();
    const response = await ask("INVITE", { headers: ["Content-Type: application/unknown"], body: "?" });
    expect([response.statusCode, response.getText("Accept")]).toEqual([415, "application/sdp"]);
    expect(alice.calls).toEqual([]);
    await expectNothingLeft();
  });

  test("a coding that is not understood is answered 415 with Accept-Encoding (§8.2.3)", async () => {
    const { ask, expectNothingLeft } = await setUp();
    const response = await ask("INVITE", { headers: ["Content-Type: application/sdp", "Content-Encoding: gzip"], body: "?" });
    expect([response.statusCode, response.getText("Accept-Encoding")]).toEqual([415, "identity"]);
    await expectNothingLeft();
  });

  test.each(["handling=optional", 'Handling="OPTIONAL"'])("a body that is optional is ignored (§20.11): %s", async (handling) => {
    const { alice, ask, expectNothingLeft } = await setUp();
    const headers = ["Content-Type: text/html", `Content-Disposition: render; ${handling}`];
    await ask("INVITE", { headers, body: "<p>" });
    expect(alice.calls).toHaveLength(1);
    alice.lastCall.usage.reject(486);
    await expectNothingLeft();
  });

  test("a body is not optional because some other parameter says so", async () => {
    const { ask, expectNothingLeft } = await setUp();
    const headers = ["Content-Type: text/html", 'Content-Disposition: render; handling=required; note="optional"'];
    expect((await ask("INVITE", { headers, body: "<p>" })).statusCode).toBe(415);
    await expectNothingLeft();
  });

  test("an INVITE whose sender takes no session description is answered 406 (§21.4.7)", async () => {
    const { alice, ask, expectNothingLeft } = await setUp();
    expect((await ask("INVITE", { headers: ["Accept: text/plain"] })).statusCode).toBe(406);
    expect(alice.calls).toEqual([]);
    await ask("INVITE", { headers: ["Accept: text/plain, application/*;q=0.5"] });
    expect(alice.calls).toHaveLength(1);
    alice.lastCall.usage.reject(486);
    await expectNothingLeft();
  });

  test("a Max-Forwards of 0 is no concern of a user agent server (§16.3)", async () => {
    const { peer, alice, clock, expectNothingLeft } = await setUp();
    const lines = [`OPTIONS ${alice.uri} SIP/2.0`, "Via: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bKmf", "Max-Forwards: 0"];
    lines.push("From: <sip:raw@example.com>;tag=raw", `To: <${alice.uri}>`, "Call-ID: mf", "CSeq: 1 OPTIONS");
    peer.send(lines.join("\n"));
    await clock.advance(10);
    expect(peer.statusCodes).toEqual([200]);
    await expectNothingLeft();
  });

  test("a To tag of no dialog is answered 481; an ACK of none is not answered (§12.2.2)", async () => {
    const { alice, clock, peer, expectNothingLeft } = await setUp();
    const to = `<${alice.uri}>;tag=unknown`;
    for (const method of ["INVITE", "BYE", "OPTIONS"]) peer.request(method, { requestUri: alice.uri, to, cseq: 1, callId: method });
    peer.request("ACK", { requestUri: alice.uri, to, cseq: 9 });
    await clock.advance(10);
    expect(peer.statusCodes).toEqual([481, 481, 481]);
    await expectNothingLeft();
  });

  test.each(["BYE", "INFO", "UPDATE", "PRACK"])("%s outside of a dialog is answered 481", async (method) => {
    const { ask, expectNothingLeft } = await setUp({ allowedMethods: ["INFO", "UPDATE", "PRACK"] });
    expect((await ask(method)).statusCode).toBe(481);
    await expectNothingLeft();
  });

  test("a method that the application allows is its to answer, with the header fields it gives", async () => {
    const { alice, ask, expectNothingLeft } = await setUp({
      allowedMethods: ["MESSAGE"],
      acceptedBodyTypes: ["application/sdp", "text/plain"],
    });
    alice.onRequest = (request) => request.respond(202, { reasonPhrase: "Later", headers: [["Expires", "60"]] });
    const response = await ask("MESSAGE", { headers: ["Content-Type: text/plain"], body: "hello" });
    expect([response.statusCode, response.reasonPhrase, response.getText("Expires")]).toEqual([202, "Later", "60"]);
    await expectNothingLeft();
  });

  test("a session description inside a multipart body is found (RFC 5621)", async () => {
    const { alice, ask, expectNothingLeft } = await setUp();
    const body = "--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b\r\nContent-Type: application/sdp\r\n\r\nthe offer\r\n--b--\r\n";
    await ask("INVITE", { headers: ["Content-Type: multipart/mixed;boundary=b"], body });
    alice.lastCall.usage.answer();
    expect(alice.lastCall.media.log).toEqual(["acceptOffer: the offer"]);
    alice.lastCall.usage.terminate();
    await expectNothingLeft();
  });

  test("a multipart body without anything that is understood is answered 415", async () => {
    const { ask, expectNothingLeft } = await setUp();
    const body = "--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b--\r\n";
    expect((await ask("INVITE", { headers: ["Content-Type: multipart/mixed;boundary=b"], body })).statusCode).toBe(415);
    await expectNothingLeft();
  });

  test("an INVITE whose route set cannot be read is answered 400", async () => {
    const { alice, ask, expectNothingLeft } = await setUp();
    const response = await ask("INVITE", { headers: ["Record-Route: <sip:good;lr>, bad"], body: "offer" });
    expect(response.statusCode).toBe(400);
    expect(alice.calls).toEqual([]);
    await expectNothingLeft();
  });

  test("a Contact that no request can be sent to ends in a call without a BYE, not in an exception", async () => {
    const { alice, clock, ask, expectNothingLeft } = await setUp();
    await ask("INVITE", { headers: ["Contact: <mailto:bob@example.com>"], body: "offer" }).catch(() => {});
    for (const call of alice.calls) {
      call.usage.answer();
      await clock.advance(33_000);
      expect(call.termination).toMatchObject({ reason: "NoAck" });
    }
    await expectNothingLeft();
  });

  test("whom the application does not admit is refused before anything is made", async () => {
    const { alice, ask, expectNothingLeft } = await setUp();
    Object.assign(alice, { admit: () => ({ statusCode: 403, headers: [["Warning", '399 alice "not you"']] }) });
    const response = await ask("INVITE", { body: "offer" });
    expect([response.statusCode, response.getText("Warning")]).toEqual([403, '399 alice "not you"']);
    expect((await ask("OPTIONS")).statusCode).toBe(403);
    await expectNothingLeft();
  });

  test("an application that throws is heard of, and its request answered 500", async () => {
    const { alice, ask, expectNothingLeft } = await setUp({ allowedMethods: ["MESSAGE"] });
    const errors: unknown[] = [];
    Object.assign(alice.core.environment, { onListenerError: (error: unknown) => errors.push(error) });
    alice.onRequest = () => {
      throw new Error("a mistake of the application");
    };
    expect((await ask("MESSAGE")).statusCode).toBe(500);
    expect(errors).toEqual([new Error("a mistake of the application")]);
    await expectNothingLeft();
  });

  test("allowedMethods that nobody knows are refused at once", async () => {
    await expect(rawScenario({ allowedMethods: ["FROBNICATE"] })).rejects.toMatchObject({ code: "DIALOG_OPTION" });
  });
});

const data = new URL(
  process.env["SIDETONE_DATA"] ? `file://${process.env["SIDETONE_DATA"]}/` : "../../../../shared/data/",
  import.meta.url,
);
const folders = ["sip/rfc4475/", "sip/rfc5118/"].map((name) => new URL(name, data)).filter((folder) => existsSync(folder));

interface Expectation {
  readonly final: readonly number[];
  readonly also: readonly number[];
  readonly silent: "required" | "allowed" | "no";
}

describe.skipIf(folders.length === 0)("The torture messages of RFC 4475 and RFC 5118 (skipped without the test data)", () => {
  const cases = folders.flatMap((folder) => {
    const expectations = JSON.parse(readFileSync(new URL("EXPECT.json", folder), "utf8")) as Record<string, Expectation>;
    const files = readdirSync(folder);
    return Object.entries(expectations).map(([name, expectation]) => {
      const file = files.find((each) => each.replace(/\.[a-z]+$/, "") === name);
      return { name, expectation, bytes: file === undefined ? undefined : readFileSync(new URL(file, folder)) };
    });
  });

  test.each(cases)("$name is answered as the RFC asks", async ({ expectation, bytes }) => {
    expect(bytes, "the file of the message").toBeDefined();
    const { alice, clock, log, peer, expectNothingLeft } = await rawScenario();
    alice.decide = ({ usage }) => usage.answer();
    peer.sendBytes(bytes!);
    await clock.advance(100);
    const answers = log.entries
      .filter(({ from }) => from.startsWith("alice"))
      .map(({ data: sent }) => Number(/^SIP\/2\.0 (\d{3})/.exec(sent.toString())?.[1]))
      .filter((statusCode) => statusCode >= 200);
    if (expectation.silent === "required") expect(answers).toEqual([]);
    else if (answers.length > 0 || expectation.silent === "no") expect(expectation.final).toContain(answers[0]);
    await alice.core.close();
    await expectNothingLeft();
  });
});
