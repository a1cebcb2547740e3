import { describe, expect, test } from "vitest";
import { SipUri } from "@sidetone/sip-core";
import { party } from "./parties.ts";

async function setUp({ addresses = ["10.0.0.1"], transport = "UDP" as "UDP" | "TCP" } = {}) {
  const { environment, transports } = party({});
  environment.virtualNetwork.setName("bob.example.com", "10.0.0.2", "fd00::2", "10.0.0.3");
  environment.virtualNetwork.setName("six.example.com", "fd00::2");
  for (const address of addresses) await transports.listen({ transport, address, port: 0 });
  const locate = (uri: string, signal?: AbortSignal) => transports.locate(SipUri.parse(uri), signal && { signal });
  return { transports, locate };
}

describe("locating a SIP server (RFC 3263 §4)", () => {
  test.each([
    ["sip:bob@10.0.0.2", "UDP", "10.0.0.2", 5060],
    ["sip:10.0.0.2:5070", "UDP", "10.0.0.2", 5070],
    ["sip:bob@10.0.0.2;transport=tcp", "TCP", "10.0.0.2", 5060],
    ["sip:bob@10.0.0.2;transport=UDP", "UDP", "10.0.0.2", 5060],
    ["sip:bob@10.0.0.2:7000;maddr=10.0.0.9", "UDP", "10.0.0.9", 7000],
    ["sip:bob@[fd00:0:0::2]:5070;transport=tcp", "TCP", "fd00::2", 5070],
    ["sips:bob@10.0.0.2", "TLS", "10.0.0.2", 5061],
    ["sips:bob@10.0.0.2;transport=tcp", "TLS", "10.0.0.2", 5061],
    ["sip:bob@10.0.0.2;transport=tls", "TLS", "10.0.0.2", 5061],
    ["sip:bob@10.0.0.2;transport=ws", "WS", "10.0.0.2", 80],
    ["sips:bob@10.0.0.2;transport=ws", "WSS", "10.0.0.2", 443],
    ["sip:bob@10.0.0.2:8443;transport=wss", "WSS", "10.0.0.2", 8443],
  ])("%s is %s to %s port %i", async (uri, transport, address, port) => {
    const { locate } = await setUp();
    expect(await locate(uri)).toMatchObject([{ transport, address, port }]);
  });

  test("a name gives a target for each of its addresses, in the resolver's order, and is kept", async () => {
    const { locate } = await setUp();
    expect(await locate("sip:bob@bob.example.com:5070;transport=tcp")).toEqual(
      ["10.0.0.2", "fd00::2", "10.0.0.3"].map((address) => ({ transport: "TCP", address, port: 5070, hostName: "bob.example.com" })),
    );
  });

  test("over UDP, addresses of a family without a socket are left out", async () => {
    const { locate } = await setUp();
    expect((await locate("sip:bob.example.com")).map(({ address }) => address)).toEqual(["10.0.0.2", "10.0.0.3"]);
  });

  test.each([
    ["sip:six.example.com", "SIP_TRANSPORT_NOT_LISTENING"],
    ["sip:[fd00::2]", "SIP_TRANSPORT_NOT_LISTENING"],
    ["sip:nobody.example.com", "SIP_TRANSPORT_NAME_NOT_FOUND"],
    ["sips:bob@10.0.0.2;transport=udp", "SIP_TRANSPORT_UNSUPPORTED"],
    ["sip:bob@df7jal23ls0d.invalid;transport=ws", "SIP_TRANSPORT_NAME_NOT_FOUND"],
    ["sip:bob@10.0.0.2;transport=sctp", "SIP_TRANSPORT_UNSUPPORTED"],
    ["sip:bob@10.0.0.2;transport=__proto__", "SIP_TRANSPORT_UNSUPPORTED"],
    ["sip:bob@10.0.0.2;transport=constructor", "SIP_TRANSPORT_UNSUPPORTED"],
  ])("%s is refused with %s", async (uri, code) => {
    const { locate } = await setUp();
    await expect(locate(uri)).rejects.toMatchObject({ code });
  });

  test("an aborted search rejects with the signal's reason", async () => {
    const { locate } = await setUp();
    const reason = new Error("no longer wanted");
    await expect(locate("sip:bob.example.com", AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});
