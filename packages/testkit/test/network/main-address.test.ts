import { describe, expect, test } from "vitest";
import { mainAddress } from "@sidetone/infra-common";
import { virtualEnvironment } from "@sidetone/testkit";

describe("the main address of a machine", () => {
  test("is the one that it sends from to the world, per family", async () => {
    const { network } = virtualEnvironment({ host: "10.0.0.7" });
    expect(await mainAddress(network, 4)).toBe("10.0.0.7");
    expect(await mainAddress(network, 6)).toBeUndefined();
    network.setAddresses("10.0.0.8", "2001:db8::8");
    expect([await mainAddress(network, 4), await mainAddress(network, 6)]).toEqual(["10.0.0.8", "2001:db8::8"]);
  });

  test("without a default route, is one that is not loopback, if there is one", async () => {
    const { network } = virtualEnvironment();
    network.sourceAddressFor = () => Promise.reject(new Error("no route"));
    network.setAddresses("fe80::1%eth0", "192.168.1.4");
    expect([await mainAddress(network, 4), await mainAddress(network, 6)]).toEqual(["192.168.1.4", undefined]);
  });
});
