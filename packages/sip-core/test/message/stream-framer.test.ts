import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { defaultLimits, StreamFramer, type SipLimits, type SipParseError, type SipRequest, type SipResponse } from "@sidetone/sip-core";
import { invite, inviteLines, wire } from "./wire-text.ts";

function setUp(limits?: SipLimits) {
  const log: string[] = [];
  const messages: (SipRequest | SipResponse)[] = [];
  const errors: SipParseError<SipRequest>[] = [];
  const framer = new StreamFramer(
    {
      onMessage(message) {
        messages.push(message);
        log.push(`message ${Buffer.from(message.body).toString("latin1")}`);
      },
      onMalformed(error) {
        errors.push(error);
        log.push(`malformed ${error.statusCode}`);
      },
      onPing: () => log.push("ping"),
      onPong: () => log.push("pong"),
      onError(error) {
        errors.push(error);
        log.push(`error ${error.statusCode}`);
      },
    },
    limits,
  );
  return { framer, log, messages, errors, push: (data: Buffer | string) => framer.push(Buffer.from(data)) };
}

function message(body: string): Buffer {
  return wire(inviteLines({}, `Content-Length: ${body.length}`), body);
}

describe("messages on a stream (RFC 3261 §18.3)", () => {
  test("are told apart by Content-Length", () => {
    const { push, log, framer } = setUp();
    push(Buffer.concat([message("one"), message(""), message("INVITE sip:x@y SIP/2.0\r\n\r\n")]));
    expect(log).toEqual(["message one", "message ", "message INVITE sip:x@y SIP/2.0\r\n\r\n"]);
    expect(framer.isWithinMessage).toBe(false);
  });

  test("are the same however the stream is cut", () => {
    const stream = Buffer.concat([message("one"), Buffer.from("\r\n\r\n"), message("two two"), message(""), message("x".repeat(500))]);
    const whole = setUp();
    whole.push(stream);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: stream.length }), { maxLength: 30 }), (cuts) => {
        const { push, log } = setUp();
        let start = 0;
        for (const end of [...cuts.sort((a, b) => a - b), stream.length]) {
          push(stream.subarray(start, end));
          start = end;
        }
        // A ping in two pieces shows as a pong first.
        expect(log.filter((line) => line !== "pong")).toEqual(whole.log);
      }),
    );
    const { push, log } = setUp();
    for (const byte of stream) push(Buffer.of(byte));
    expect(log.filter((line) => line !== "pong")).toEqual(whole.log);
  });

  test("keep their body when later bytes arrive", () => {
    const { push, messages } = setUp();
    const first = message("first");
    push(first.subarray(0, 20));
    push(first.subarray(20));
    const second = message("other");
    push(second.subarray(0, 300));
    push(second.subarray(300));
    expect(messages.map(({ body }) => Buffer.from(body).toString())).toEqual(["first", "other"]);
  });

  test("may be preceded by line breaks: one is a pong, two are a ping (RFC 5626 §3.5.1)", () => {
    const { push, log } = setUp();
    push("\r\n");
    push(message("a"));
    push("\r\n\r\n");
    push("\r\n\r\n\r\n\r\n");
    push(message("b"));
    expect(log).toEqual(["pong", "message a", "ping", "ping", "ping", "message b"]);
  });

  test("a ping in two pieces is still a ping", () => {
    const { push, log } = setUp();
    push("\r\n");
    push("\r\n");
    push("\r");
    push("\n");
    push(message("a"));
    expect(log).toEqual(["pong", "ping", "pong", "message a"]);
  });

  test("tell that one has begun", () => {
    const { push, framer } = setUp();
    const bytes = message("abc");
    push(bytes.subarray(0, 10));
    expect(framer.isWithinMessage).toBe(true);
    push(bytes.subarray(10, bytes.length - 1));
    expect(framer.isWithinMessage).toBe(true);
    push(bytes.subarray(bytes.length - 1));
    expect(framer.isWithinMessage).toBe(false);
  });
});

describe("a malformed message on a stream", () => {
  test("is reported and skipped when its Content-Length says where it ends", () => {
    const { push, log, errors } = setUp();
    push(Buffer.concat([wire(inviteLines({ CSeq: "CSeq: x" }, "Content-Length: 3"), "bad"), message("good")]));
    expect(log).toEqual(["malformed 400", "message good"]);
    expect(errors[0]?.request?.method).toBe("INVITE");
  });

  test.each([
    ["has no Content-Length (§20.14)", inviteLines()],
    ["has an unreadable Content-Length", inviteLines({}, "Content-Length: x")],
    ["has two", inviteLines({}, "Content-Length: 1", "l: 1")],
    ["is malformed and has no Content-Length", inviteLines({ CSeq: "CSeq: x" })],
    ["is malformed and has two", inviteLines({ CSeq: "CSeq: x" }, "Content-Length: 1", "l: 2")],
  ])("ends the stream when it %s, and can be answered", (_, lines) => {
    const { push, log, errors } = setUp();
    push(Buffer.concat([wire(lines, "x"), message("never read")]));
    push(message("never read"));
    expect(log).toEqual(["error 400"]);
    expect(errors[0]?.request?.method).toBe("INVITE");
  });

  test.each(["GET / HTTP/1.1\r\nHost: x\r\n\r\n", "\0\0\0\0\r\n\r\n", "x\n\r\n\r\n"])("that is none at all ends the stream: %j", (text) => {
    const { push, log, errors } = setUp();
    push(text);
    expect(log).toEqual(["error 400"]);
    expect(errors[0]?.request).toBeUndefined();
  });
});

describe("limits on a stream", () => {
  test("a head that does not end within headBytes gives 513 as soon as it is longer", () => {
    const { push, log } = setUp({ ...defaultLimits, headBytes: 1000 });
    push("X".repeat(1000));
    expect(log).toEqual([]);
    push("X");
    push("X");
    expect(log).toEqual(["error 513"]);
  });

  test("a request whose head is too long can be answered when what came of it says how", () => {
    const { push, log, errors } = setUp();
    push(wire(inviteLines({}, `X: ${"x".repeat(70_000)}`)));
    expect(log).toEqual(["error 513"]);
    expect(errors[0]?.request?.method).toBe("INVITE");
    expect(errors[0]?.request?.has("X")).toBe(false);
  });

  test("a body beyond bodyBytes gives 413 before it is buffered", () => {
    const { push, log, errors } = setUp();
    push(wire(inviteLines({}, "Content-Length: 1048577")));
    expect(log).toEqual(["error 413"]);
    expect(errors[0]?.request?.method).toBe("INVITE");
    const allowed = setUp();
    allowed.push(wire(inviteLines({}, "Content-Length: 1048576")));
    allowed.push(Buffer.alloc(1_048_576));
    expect(allowed.messages[0]?.body.length).toBe(1_048_576);
  });

  test("a body of 1 MiB in pieces of 100 bytes arrives whole", () => {
    const { push, messages } = setUp();
    const body = Buffer.from(Array.from({ length: 1_048_576 }, (_, i) => i & 0xff));
    push(wire(inviteLines({}, `Content-Length: ${body.length}`)));
    for (let i = 0; i < body.length; i += 100) push(body.subarray(i, i + 100));
    expect(Buffer.from(messages[0]!.body).equals(body)).toBe(true);
  });
});

test("a message without a body needs nothing after its head", () => {
  const { push, log } = setUp();
  push(invite({}, "Content-Length: 0"));
  expect(log).toEqual(["message "]);
});
