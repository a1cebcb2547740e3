import { describe, expect, test } from "vitest";
import { SipUri } from "@sidetone/sip-core";
import { party } from "./parties.ts";

async function setUp() {
  const { environment, transports } = party({});
  const { clock, resolver } = environment;
  await transports.listen({ transport: "UDP", address: "10.0.0.1", port: 5060 });
  resolver.setSrv("_sip._udp.example.com", [{ target: "a.example.com", port: 5080 }]);
  resolver.setAddresses("a.example.com", ["10.0.0.2"]);
  return { clock, resolver, transports, uri: SipUri.parse("sip:bob@example.com;transport=udp") };
}

describe("the targets that a stack finds", () => {
  test("are those of its sockets, and explained on request", async () => {
    const { transports, uri } = await setUp();
    const targets = await transports.locate(uri);
    expect(targets).toMatchObject([{ transport: "UDP", address: "10.0.0.2", port: 5080, serverName: "a.example.com" }]);
    const location = await transports.explainLocation(uri);
    expect(location).toMatchObject({ targets, error: undefined });
    expect(location.steps.map(({ source }) => source)).toContain("kept");
    await transports.close();
  });

  test("are not waited for once it is closed", async () => {
    const { clock, resolver, transports, uri } = await setUp();
    resolver.setConditions({ delayMs: Infinity });
    const located = transports.locate(uri).catch((error: unknown) => error);
    const explained = transports.explainLocation(uri);
    await clock.advance(10);
    await transports.close();
    expect(await located).toMatchObject({ code: "SIP_TRANSPORT_NAME_NOT_FOUND" });
    expect((await explained).targets).toEqual([]);
    await clock.advance(0);
    expect(clock.pendingTimers).toBe(0);
    for (const refused of [transports.locate(uri), transports.explainLocation(uri)])
      await expect(refused).rejects.toMatchObject({ code: "SIP_TRANSPORT_CLOSED" });
  });
});
