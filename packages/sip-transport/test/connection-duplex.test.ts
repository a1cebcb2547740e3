import { expect, test } from "vitest";
import type { StreamConnection } from "@sidetone/infra-common";
import { ConnectionDuplex } from "../src/node/connection-duplex.ts";

/** A connection that notes what is asked of it, and takes nothing while `isFull`. */
function setUp({ isFull = false } = {}) {
  const asked: string[] = [];
  const connection: StreamConnection = {
    localAddress: "10.0.0.1",
    localPort: 1,
    remoteAddress: "10.0.0.2",
    remotePort: 2,
    queuedBytes: 0,
    send: (data) => (asked.push(`send ${data.length}`), !isFull),
    pause: () => void asked.push("pause"),
    resume: () => void asked.push("resume"),
    close: ({ abort = false } = {}) => (asked.push(abort ? "abort" : "close"), Promise.resolve()),
  };
  const duplex = new ConnectionDuplex();
  duplex.attach(connection);
  duplex.on("error", () => {});
  return { duplex, connection, asked };
}

const tasksDone = (): Promise<void> => new Promise((resolve) => new MessageChannel().port1.once("close", resolve).close());

test("a reader that does not read pauses the connection, and resumes it", async () => {
  const { duplex, connection, asked } = setUp();
  for (let i = 0; i < 20 && !asked.includes("pause"); i++) duplex.onData(Buffer.alloc(10_000), connection);
  expect(asked).toEqual(["pause"]);
  duplex.resume();
  await tasksDone();
  expect(asked).toContain("resume");
});

test("a connection that is full holds the writer until it has room", async () => {
  const { duplex, asked } = setUp({ isFull: true });
  duplex.write(Buffer.alloc(10));
  duplex.write(Buffer.alloc(20));
  await tasksDone();
  expect(asked).toEqual(["send 10"]);
  duplex.onDrain();
  await tasksDone();
  expect(asked).toEqual(["send 10", "send 20"]);
});

test("ending it closes the connection, destroying it breaks it", async () => {
  const ended = setUp();
  ended.duplex.end(Buffer.alloc(10));
  await tasksDone();
  expect(ended.asked).toEqual(["send 10", "close"]);
  const broken = setUp();
  broken.duplex.destroy();
  await tasksDone();
  expect(broken.asked).toEqual(["abort"]);
});
