import { describe, expect, test } from "vitest";
import { TypedEmitter } from "@sidetone/infra-common";

interface Events {
  ringing: { number: number };
  ended: string;
}

class Phone extends TypedEmitter<Events> {
  ring(number: number): void {
    this.emit("ringing", { number });
  }
  end(cause: string): void {
    this.emit("ended", cause);
  }
}

function setUp() {
  const errors: unknown[] = [];
  const phone = new Phone((error, where) => void errors.push([where, error]));
  const log: string[] = [];
  const listen = (name: string) => (payload: { number: number }) => void log.push(`${name} ${payload.number}`);
  return { phone, log, errors, listen };
}

describe("TypedEmitter", () => {
  test("calls listeners in the order added, with the payload, before emit returns", () => {
    const { phone, log, listen } = setUp();
    phone.on("ringing", listen("a"));
    phone.on("ringing", listen("b"));
    phone.on("ended", () => log.push("never"));
    phone.ring(1);
    expect(log).toEqual(["a 1", "b 1"]);
  });

  test("emits to nobody without complaint", () => {
    const { phone } = setUp();
    expect(() => phone.ring(1)).not.toThrow();
    expect(phone.listenerCount("ringing")).toBe(0);
  });

  test("gives each registration its own removal, also for the same function", () => {
    const { phone, log, listen } = setUp();
    const same = listen("same");
    const removeFirst = phone.on("ringing", same);
    phone.on("ringing", same);
    removeFirst();
    removeFirst();
    phone.ring(1);
    expect(log).toEqual(["same 1"]);
    expect(phone.listenerCount("ringing")).toBe(1);
  });

  test("skips a listener that was removed while the event is being emitted", () => {
    const { phone, log, listen } = setUp();
    const removals: (() => void)[] = [];
    phone.on("ringing", () => removals.forEach((remove) => remove()));
    removals.push(phone.on("ringing", listen("removed")));
    phone.on("ringing", listen("kept"));
    phone.ring(1);
    expect(log).toEqual(["kept 1"]);
  });

  test("gives a listener added while the event is being emitted the next event only", () => {
    const { phone, log, listen } = setUp();
    const remove = phone.on("ringing", () => {
      remove();
      phone.on("ringing", listen("late"));
    });
    phone.ring(1);
    phone.ring(2);
    expect(log).toEqual(["late 2"]);
  });

  test("keeps events that listeners emit in turn apart", () => {
    const { phone, log, listen } = setUp();
    phone.on("ringing", ({ number }) => void (number === 1 && phone.ring(2)));
    phone.on("ringing", listen("b"));
    phone.ring(1);
    expect(log).toEqual(["b 2", "b 1"]);
  });

  test("reports a listener's error and goes on", () => {
    const { phone, log, errors, listen } = setUp();
    const boom = new Error("boom");
    phone.on("ringing", () => {
      throw boom;
    });
    phone.on("ringing", listen("b"));
    phone.ring(1);
    expect(log).toEqual(["b 1"]);
    expect(errors).toEqual([["ringing", boom]]);
  });

  test("reports the rejection of an async listener in the same way", async () => {
    const { phone, errors } = setUp();
    const boom = new Error("boom");
    phone.on("ringing", async () => {
      await undefined;
      throw boom;
    });
    phone.ring(1);
    expect(errors).toEqual([]);
    await Promise.resolve();
    await Promise.resolve();
    expect(errors).toEqual([["ringing", boom]]);
  });

  test("removes a listener when its signal aborts, and adds none for an aborted signal", () => {
    const { phone, log, listen } = setUp();
    const controller = new AbortController();
    phone.on("ringing", listen("a"), { signal: controller.signal });
    phone.on("ringing", listen("aborted"), { signal: AbortSignal.abort() });
    phone.ring(1);
    controller.abort();
    phone.ring(2);
    expect(log).toEqual(["a 1"]);
    expect(phone.listenerCount("ringing")).toBe(0);
  });

  test("once resolves with the next payload and leaves no listener", async () => {
    const { phone } = setUp();
    const payload = phone.once("ringing");
    expect(phone.listenerCount("ringing")).toBe(1);
    phone.ring(7);
    phone.ring(8);
    await expect(payload).resolves.toEqual({ number: 7 });
    expect(phone.listenerCount("ringing")).toBe(0);
  });

  test("once rejects with the reason of its signal, untouched, and leaves no listener", async () => {
    const { phone } = setUp();
    const reason = { why: "no time" };
    const controller = new AbortController();
    const payload = phone.once("ended", { signal: controller.signal });
    controller.abort(reason);
    await expect(payload).rejects.toBe(reason);
    await expect(phone.once("ended", { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(phone.listenerCount("ended")).toBe(0);
  });

  test("lets go of a long-lived signal when the listener is removed or once has resolved", async () => {
    const { phone } = setUp();
    const signal = new AbortController().signal;
    let listening = 0;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: unknown[]) => (listening++, addEventListener.apply(signal, args as never));
    signal.removeEventListener = (...args: unknown[]) => (listening--, removeEventListener.apply(signal, args as never));
    phone.on("ringing", () => {}, { signal })();
    const once = phone.once("ringing", { signal });
    phone.ring(1);
    await once;
    expect(listening).toBe(0);
  });

  test("goes on also when the one who decides about errors throws, which becomes an uncaught exception", async () => {
    const thrown = nextUncaughtException();
    const boom = new Error("boom");
    const log: string[] = [];
    const phone = new Phone((error) => {
      throw error;
    });
    phone.on("ringing", () => {
      throw boom;
    });
    phone.on("ringing", () => void log.push("b"));
    phone.ring(1);
    expect(log).toEqual(["b"]);
    await expect(thrown).resolves.toBe(boom);
  });

  test("by default throws a listener's error again as an uncaught exception", async () => {
    const thrown = nextUncaughtException();
    const phone = new Phone();
    const boom = new Error("boom");
    phone.on("ended", () => {
      throw boom;
    });
    phone.end("x");
    await expect(thrown).resolves.toBe(boom);
  });
});

/** Takes the place of the test runner's own listeners for one exception. */
function nextUncaughtException(): Promise<unknown> {
  return new Promise((resolve) => {
    const others = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    process.once("uncaughtException", (error) => {
      for (const other of others) process.on("uncaughtException", other);
      resolve(error);
    });
  });
}
