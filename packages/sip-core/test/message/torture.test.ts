import { existsSync, readFileSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  createResponse,
  parseMessage,
  serializeMessage,
  SipParseError,
  SipRequest,
  StreamFramer,
  type SipMessage,
} from "@sidetone/sip-core";

const data = process.env["SIDETONE_DATA"] ?? new URL("../../../../../shared/data", import.meta.url).pathname;
const isAbsent = !existsSync(`${data}/sip`);

function parse(bytes: Uint8Array): SipMessage | SipParseError<SipRequest> {
  try {
    return parseMessage(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(SipParseError);
    return error as SipParseError<SipRequest>;
  }
}

function read(path: string): Buffer {
  return readFileSync(`${data}/sip/${path}`);
}

/** What must hold of whatever was accepted: it can be read, written, and read again. */
function expectSound(message: SipMessage): void {
  const fields = [...message.headerFields()];
  expect(fields.map(([name]) => message.has(name))).not.toContain(false);
  const again = parseMessage(serializeMessage(message));
  const withoutLength = (list: typeof fields) => list.filter(([name]) => !/^(content-length|l)$/i.test(name));
  expect(withoutLength([...again.headerFields()])).toEqual(withoutLength(fields));
  expect([...again.body]).toEqual([...message.body]);
  expect(again.topVia).toEqual(message.topVia);
}

interface Expectation {
  readonly parser: "accept" | "reject";
  readonly final: readonly number[];
}

describe.skipIf(isAbsent).each(["rfc4475", "rfc5118"])(`the torture messages of %s (skipped without ${data}/sip)`, (folder) => {
  const expectations = isAbsent ? {} : (JSON.parse(read(`${folder}/EXPECT.json`).toString()) as Record<string, Expectation>);

  test.each(Object.entries(expectations))("%s", (name, { parser, final }) => {
    const result = parse(read(`${folder}/${name}.dat`));
    // Three colons may be tolerated on receipt (RFC 5118 §4.10); here they are refused: what the address was meant to be is a guess.
    const isRefused = parser === "reject" || name === "ipv6-bug-abnf-3-colons";
    if (!isRefused) return expectSound(result as SipMessage);
    expect(result).toBeInstanceOf(SipParseError);
    const { statusCode, request } = result as SipParseError<SipRequest>;
    expect(final).toContain(statusCode);
    const answer = serializeMessage(createResponse(request!, statusCode, { toTag: "1" })).toString("latin1");
    expect(answer).toMatch(new RegExp(`^SIP/2\\.0 ${statusCode} [^]*\r\n\r\n$`));
  });

  test("are all listed", () => {
    const files = readdirSync(`${data}/sip/${folder}`).filter((file) => file.endsWith(".dat"));
    expect(files.map((file) => file.slice(0, -4)).sort()).toEqual(Object.keys(expectations).sort());
  });
});

describe.skipIf(isAbsent)("some of them in detail", () => {
  test("wsinv: folding, white space and compact names everywhere (RFC 4475 §3.1.1.1)", () => {
    const message = parseMessage(read("rfc4475/wsinv.dat")) as SipRequest;
    expect(message).toMatchObject({ method: "INVITE", sequenceNumber: 9, cseqMethod: "INVITE", toTag: "1918181833n", fromTag: "98asjd8" });
    expect(message.callId).toBe("wsinv.ndaksdj@192.0.2.1");
    expect(message.getText("Max-Forwards")).toBe("0068");
    expect(message.topVia).toMatchObject({ transport: "UDP", host: "192.0.2.2", branch: "390skdjuw" });
    expect(message.getAllText("Via")).toHaveLength(2);
    expect(message.getText("s")).toBe("");
    expect(message.getText("NewFangledHeader")).toBe("newfangled value continued newfangled value");
  });

  test("mpart01: a body with a NUL and other octets survives byte for byte (§3.1.1.11)", () => {
    const bytes = read("rfc4475/mpart01.dat");
    const message = parseMessage(bytes);
    const start = bytes.indexOf("\r\n\r\n") + 4;
    expect(Buffer.compare(Buffer.from(message.body), bytes.subarray(start, start + message.body.length))).toBe(0);
    expect(message.body).toContain(0);
  });

  test("longreq keeps every value unchanged (§3.1.1.7)", () => {
    const bytes = read("rfc4475/longreq.dat");
    const message = parseMessage(bytes) as SipRequest;
    expect(serializeMessage(message).equals(bytes)).toBe(true);
    expect(message.getAllText("Via")).toHaveLength(34);
    expect(message.topVia).toMatchObject({ transport: "TCP", branch: undefined });
  });
});

describe.skipIf(isAbsent)(`the messages of the JAIN-SIP torture test (skipped without ${data}/sip)`, () => {
  const xml = isAbsent ? "" : read("jsip-torture/torture.xml").toString("utf8");
  const cases = Array.from(xml.matchAll(/<testcase>([^]*?)<\/testcase>/g), ([, body = ""]) => body).flatMap((body, index) => {
    const text = /<message>\s*<!\[CDATA\[([^]*?)\]\]>/.exec(body)?.[1];
    if (text === undefined) return [];
    const description = (/<description>\s*(?:<!\[CDATA\[)?([^]*?)(?:\]\]>|<)/.exec(body)?.[1] ?? "")
      .trim()
      .replace(/\s+/g, " ")
      .slice(0, 70);
    return [{ index, description, text, isMarked: body.includes("expect-exception-callback") }];
  });

  /** Where the RFC says otherwise than the mark, or the file does not hold what it describes. */
  const exceptions: Readonly<Record<number, string>> = {
    6: "marked to fail: an unknown scheme in the Request-URI is for the server to answer with 416 (RFC 3261 §8.2.2.1)",
    13: "marked to pass: the line that should be empty holds a space, which continues Content-Type (§7.3.1)",
    17: "marked to pass: a line break between a field's name and its colon (§25.1 HCOLON)",
    23: "marked to fail: an unknown method is for the server to answer with 501 (RFC 4475 §3.1.1.5)",
    24: "marked to pass: From, To and Call-ID are missing (§8.2.6.2)",
    358: "marked to pass: the empty line before the trailing octets is missing from the file",
    363: "marked to pass: the file writes the SP of its Status-Line as <hex>20</hex>",
    375: "marked to fail: a Date is judged when it is read (RFC 4475 §3.1.2.12)",
    391: "marked to pass: two values in fields that have one are answered with 400 (RFC 4475 §3.3.8)",
  };

  test.each(cases)("$index: $description (marked to fail: $isMarked)", ({ index, text, isMarked }) => {
    const result = parse(Buffer.from(text.replace(/\r?\n/g, "\r\n"), "utf8"));
    expect(result instanceof SipParseError).toBe(isMarked !== Object.hasOwn(exceptions, index));
    if (!(result instanceof SipParseError)) expectSound(result);
  });

  test("are 374", () => {
    expect(cases).toHaveLength(374);
  });
});

describe.skipIf(isAbsent)(`inputs that broke another parser (skipped without ${data}/sip)`, () => {
  const files = isAbsent ? [] : readdirSync(`${data}/sip/sipgo-fuzz-regressions`);

  test.each(files)("%s is refused", (file) => {
    const quoted = read(`sipgo-fuzz-regressions/${file}`).toString().split("\n")[1] ?? "";
    const text = JSON.parse(quoted.replace(/^string\(|\)$/g, "")) as string;
    expect(parse(Buffer.from(text))).toBeInstanceOf(SipParseError);
  });
});

const malformed = `${data}/malformed/malformed.jsonl`;

describe.skipIf(!existsSync(malformed))(`the malformed set (skipped without ${malformed})`, () => {
  const lines = existsSync(malformed) ? readFileSync(malformed, "utf8").trim().split("\n") : [];
  const messages = lines.map((line) => JSON.parse(line) as { id: string; group: string; anomaly: string; message: string });

  test("is accepted or refused, and nothing else, and no answer carries a field smuggled in", () => {
    for (const { message, anomaly } of messages) {
      for (const encoding of ["utf8", "latin1"] as const) {
        const result = parse(Buffer.from(message.replaceAll("@PORT@", "5060"), encoding));
        const request = result instanceof SipParseError ? result.request : result;
        if (!(result instanceof SipParseError)) expectSound(result);
        // After CR LF it is a field like any other; after CR or LF alone it is none.
        if (anomaly !== "crlf-inject") expect(request?.has("X-Injected") ?? false).toBe(false);
        if (!(request instanceof SipRequest)) continue;
        const statusCode = result instanceof SipParseError ? result.statusCode : 200;
        const answer = serializeMessage(createResponse(request, statusCode, { toTag: "1" })).toString("latin1");
        expect(answer).not.toMatch(/[\r\n]X-Injected/);
      }
    }
  });

  test("on a stream reaches one of the receiver's methods and never throws", () => {
    for (const { message } of messages) {
      const framer = new StreamFramer({ onMessage() {}, onMalformed() {}, onPing() {}, onPong() {}, onError() {} });
      framer.push(Buffer.from(message.replaceAll("@PORT@", "5060"), "utf8"));
    }
  });

  test("is what it is", () => {
    expect(messages).toHaveLength(1167);
  });
});
