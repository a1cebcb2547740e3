import { virtualEnvironment } from "@sidetone/testkit";
import { describe, expect, test } from "vitest";
import { account, challenge, contactOf, registrationSetUp, type RegistrationSetUp } from "./support/registration-set-up.ts";

describe("The Contact of a registration, behind a NAT (RFC 3581 §4)", () => {
  async function behindNat(options: RegistrationSetUp = {}) {
    const internet = virtualEnvironment({ host: "10.0.0.99" });
    const nat = internet.virtualNetwork.nat({ kind: "full-cone", publicAddress: "203.0.113.7" });
    const environment = virtualEnvironment({ host: nat.host("192.168.1.10"), beside: internet });
    return { nat, ...(await registrationSetUp({ ...options, environment })) };
  }

  test("is learned from the challenge, before anything is bound", async () => {
    const { registrar, registered, registration, expectNothingLeft } = await behindNat({ agent: { credentials: { get: () => account } } });
    registrar.say([401, ["WWW-Authenticate", challenge()]]);
    await registered();
    expect(registrar.requests.map(contactOf)).toEqual(["sip:alice@192.168.1.10:5060", "sip:alice@203.0.113.7:40000"]);
    expect(registration.contact).toBe("sip:alice@203.0.113.7:40000");
    await expectNothingLeft();
  });

  test("is learned from the 2xx: it is bound in a second REGISTER, which removes the one that leads nowhere", async () => {
    const { registrar, registered, registration, heard, expectNothingLeft } = await behindNat();
    await registered();
    expect(registrar.requests).toHaveLength(2);
    expect(registrar.last.getAllText("Contact")).toEqual(["<sip:alice@203.0.113.7:40000>", "<sip:alice@192.168.1.10:5060>;expires=0"]);
    expect(registration.contact).toBe("sip:alice@203.0.113.7:40000");
    expect(heard).toEqual(["Pending", "Active"]);
    await expectNothingLeft();
  });

  test("follows the NAT when it gives another port, and the old binding goes", async () => {
    const { clock, nat, registrar, registered, registration, expectNothingLeft } = await behindNat();
    await registered();
    nat.reboot();
    await clock.advance(3_000_000);
    expect(registration.contact).toBe("sip:alice@203.0.113.7:40001");
    expect(registrar.requests.at(-1)!.getAllText("Contact")).toEqual([
      "<sip:alice@203.0.113.7:40001>",
      "<sip:alice@203.0.113.7:40000>;expires=0",
    ]);
    await expectNothingLeft();
  });

  test("is that of the call, too", async () => {
    const { alice, clock, registrar, registered, expectNothingLeft } = await behindNat();
    await registered();
    registrar.rule = () => [486];
    alice.call("sip:bob@10.0.0.2");
    await clock.advance(100);
    const invite = registrar.requests.find(({ method }) => method === "INVITE")!;
    expect(contactOf(invite)).toBe("sip:alice@203.0.113.7:40000");
    await expectNothingLeft();
  });

  test("stays what the socket says with learnsAddress: false", async () => {
    const { registration, registered, expectNothingLeft } = await behindNat({ learnsAddress: false });
    await registered();
    expect(registration.contact).toBe("sip:alice@192.168.1.10:5060");
    await expectNothingLeft();
  });
});
