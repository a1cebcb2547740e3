import type { NetworkInterfaceInfo } from "node:os";
import { describe, expect, test } from "vitest";
import { delay, systemClock } from "@sidetone/infra-common";
import { AddressWatch, localAddressesOf } from "../../src/node/address-watch.ts";

const entry = (address: string): NetworkInterfaceInfo =>
  ({ address, family: address.includes(":") ? "IPv6" : "IPv4" }) as NetworkInterfaceInfo;

describe("the addresses of the interfaces", () => {
  test("are sorted, in one spelling, each once, link-local ones with their zone", () => {
    const interfaces = {
      eth0: [entry("192.0.2.7"), entry("fe80::1"), entry("2001:DB8:0:0::1")],
      lo: [entry("127.0.0.1")],
      br0: [entry("192.0.2.7")],
    };
    expect(localAddressesOf(interfaces)).toEqual(["127.0.0.1", "192.0.2.7", "2001:db8::1", "fe80::1%eth0"]);
  });

  test("are looked at while somebody listens, who hears of changes alone", async () => {
    let address = "192.0.2.7";
    let looks = 0;
    const watch = new AddressWatch(() => (looks++, { eth0: [entry(address)] }), 5);
    const heard: (readonly string[])[] = [];
    const stop = watch.add(() => heard.push(watch.addresses));
    await delay(systemClock, 30);
    expect(heard).toEqual([]);
    address = "192.0.2.9";
    while (heard.length === 0) await delay(systemClock, 5);
    expect(heard).toEqual([["192.0.2.9"]]);
    stop();
    const before = looks;
    address = "192.0.2.7";
    await delay(systemClock, 30);
    expect([heard.length, looks]).toEqual([1, before]);
  });
});
