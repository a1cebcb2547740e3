import { Accept, Allow, Supported } from "@sidetone/sip-core";
import { describe, expect, test } from "vitest";
import { scenario } from "./support/scenario.ts";

async function setUp() {
  const parts = await scenario({ bob: { userAgent: "Bob/1.0", allowedMethods: ["MESSAGE"] } });
  const ask = () => parts.alice.core.request({ method: "OPTIONS", requestUri: parts.bob.uri });
  return { ...parts, ask };
}

describe("OPTIONS (RFC 3261 §11)", () => {
  test("is answered 200 with what the user agent can do", async () => {
    const { clock, bob, ask, expectNothingLeft } = await setUp();
    const response = await clock.advanceUntil(ask());
    expect(response.statusCode).toBe(200);
    expect(response.getAll(Allow)).toEqual(["INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "MESSAGE"]);
    expect(response.getAll(Accept).map(String)).toEqual(["application/sdp"]);
    expect(response.getText("Accept-Encoding")).toBe("identity");
    expect(response.has(Supported)).toBe(true);
    expect(response.getAll(Supported)).toEqual([]);
    expect(response.getText("Server")).toBe("Bob/1.0");
    expect(bob.calls).toEqual([]);
    await expectNothingLeft();
  });

  test("is answered 486 when a call would be", async () => {
    const { clock, bob, ask, expectNothingLeft } = await setUp();
    bob.busy = true;
    expect((await clock.advanceUntil(ask())).statusCode).toBe(486);
    await expectNothingLeft();
  });

  test("within a dialog is answered the same way and leaves the call alone", async () => {
    const { clock, establish, expectNothingLeft } = await setUp();
    const { caller, callee } = await establish();
    const response = await clock.advanceUntil(caller.usage.sendRequest({ method: "OPTIONS" }));
    expect(response.statusCode).toBe(200);
    expect(callee.usage.state).toBe("Established");
    callee.usage.terminate();
    await expectNothingLeft();
  });
});
