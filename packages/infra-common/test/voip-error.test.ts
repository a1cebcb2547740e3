import { describe, expect, test } from "vitest";
import { NetworkError, VoipError } from "@sidetone/infra-common";

describe("VoipError", () => {
  test("carries a code, a message, a cause and the name of its class", () => {
    const cause = new Error("EADDRINUSE");
    const error = new NetworkError("NETWORK_ADDRESS_IN_USE", "Cannot bind", { cause });
    expect(error).toBeInstanceOf(VoipError);
    expect({ name: error.name, code: error.code, cause: error.cause, text: String(error) }).toEqual({
      name: "NetworkError",
      code: "NETWORK_ADDRESS_IN_USE",
      cause,
      text: "NetworkError: Cannot bind",
    });
    expect(Object.keys(error)).toEqual(["code"]);
  });

  test("is recognised also when another copy of the package made it", async () => {
    const url = new URL("../src/voip-error.ts?another-copy", import.meta.url).href;
    const { VoipError: Other } = (await import(url)) as { VoipError: typeof VoipError };
    const error: unknown = new Other("CALL_REJECTED", "busy");
    expect(Other).not.toBe(VoipError);
    expect(error).not.toBeInstanceOf(VoipError);
    expect([VoipError.is(error), VoipError.is(error, "CALL_REJECTED"), VoipError.is(error, "OTHER")]).toEqual([true, true, false]);
  });

  test.each([new Error("plain"), { code: "CALL_REJECTED" }, null, "text", Object.assign(new Error("x"), { code: "CALL_REJECTED" })])(
    "%s is none",
    (value) => {
      expect(VoipError.is(value)).toBe(false);
    },
  );
});
