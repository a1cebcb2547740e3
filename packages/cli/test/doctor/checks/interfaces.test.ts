import { expect, test } from "vitest";
import { interfacesCheck } from "../../../src/doctor/checks/interfaces.ts";
import { machine, surgery } from "../../support/examine.ts";

const look = (...addresses: string[]) =>
  surgery().examine(interfacesCheck, {
    machine: { ...machine, addresses: () => addresses.map((address) => ({ interfaceName: "eth0", address })) },
  });

test("lists the addresses that others can use, and their families", async () => {
  const [found] = await look("127.0.0.1", "192.0.2.7", "::1", "fe80::1", "fe80::2%eth0", "2001:db8::7");
  expect(found).toMatchObject({ code: "NETWORK_ADDRESSES", text: "IPv4 and IPv6: 192.0.2.7 (eth0), 2001:db8::7 (eth0)" });
});

test("a computer that is connected to nothing", async () => {
  const [found] = await look("127.0.0.1", "::1", "fe80::1%eth0");
  expect(found).toMatchObject({ code: "NETWORK_MISSING", status: "problem" });
});
