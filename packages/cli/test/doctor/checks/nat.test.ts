import type { DatagramSocket, SocketAddress } from "@sidetone/infra-common";
import { BindingServer, bindingMethod, ChangeRequest, OtherAddress, parseStun, StunWriter, XorMappedAddress } from "@sidetone/stun-core";
import { SeededRandom, virtualEnvironment, VirtualClock, VirtualNetwork, type NatKind } from "@sidetone/testkit";
import { expect, onTestFinished, test } from "vitest";
import { natCheck } from "../../../src/doctor/checks/nat.ts";
import { codesOf, surgery, type Surgery } from "../../support/examine.ts";

const stun = ["203.0.113.10", "203.0.113.11:3479"];

/** A doctor behind a NAT of this kind, or in the open. */
function room(kind?: NatKind): Surgery {
  const network = new VirtualNetwork(new VirtualClock(), new SeededRandom("nat"));
  const host = kind ? network.nat({ kind, publicAddress: "198.51.100.1" }).host("192.168.0.2") : "198.51.100.2";
  return surgery(virtualEnvironment({ host, network }));
}

async function stunServer({ machineAt }: Surgery, { address, port }: SocketAddress, other?: SocketAddress): Promise<string[]> {
  const server = new BindingServer({ software: "Test" });
  const askedFrom: string[] = [];
  const socket = await machineAt(address).network.bindDatagram(
    { address, port },
    {
      onDatagram: (data, from, fromPort) => {
        askedFrom.push(from);
        const message = parseStun(data);
        if (typeof message === "string") return;
        const source = { address: from, port: fromPort };
        const writer = new StunWriter("success", bindingMethod, message.transactionId).add(XorMappedAddress, source);
        // "If the server … does not understand CHANGE-REQUEST", it is comprehension-required: 420 (RFC 8489 §6.3).
        const answer = other && !message.get(ChangeRequest) ? writer.add(OtherAddress, other).toBytes() : server.answer(message, source);
        if (answer) socket.send(answer, fromPort, from);
      },
      onSocketError: () => {},
    },
  );
  onTestFinished(() => socket.close());
  return askedFrom;
}

async function twoServers(surgery: Surgery): Promise<void> {
  await stunServer(surgery, { address: "203.0.113.10", port: 3478 });
  await stunServer(surgery, { address: "203.0.113.11", port: 3479 });
}

test("no NAT: both see the address that is here", async () => {
  const here = room();
  await twoServers(here);
  const findings = await here.examine(natCheck, { stunServers: stun });
  expect(codesOf(findings)).toEqual(["STUN_ADDRESS", "STUN_ADDRESS", "NAT_NONE"]);
  expect(findings[0]).toMatchObject({
    subject: "203.0.113.10",
    data: { public: { address: "198.51.100.2" }, roundTripMs: 2, software: "Test" },
  });
});

test.each(["full-cone", "restricted", "port-restricted"] as const)("%s: the same port for both (RFC 4787 §4.1)", async (kind) => {
  const here = room(kind);
  await twoServers(here);
  const findings = await here.examine(natCheck, { stunServers: stun });
  expect(codesOf(findings)).toEqual(["STUN_ADDRESS", "STUN_ADDRESS", "NAT_KEEPS_PORTS"]);
  expect(findings[2]).toMatchObject({ data: { mapped: ["198.51.100.1:40000"], destinations: 2, local: { address: "192.168.0.2" } } });
});

test("symmetric: another port for each, and STUN is of no use", async () => {
  const here = room("symmetric");
  await twoServers(here);
  const findings = await here.examine(natCheck, { stunServers: stun });
  expect(findings.at(-1)).toMatchObject({
    code: "NAT_SYMMETRIC",
    status: "problem",
    data: { mapped: ["198.51.100.1:40000", "198.51.100.1:40001"] },
  });
});

/** A server of RFC 5780: at two addresses and two ports. */
async function fullServer({ machineAt }: Surgery): Promise<string[]> {
  const addresses = ["203.0.113.10", "203.0.113.20"];
  const ports = [3478, 3500];
  const asked: string[] = [];
  const sockets = new Map<string, DatagramSocket>();
  for (const [i, address] of addresses.entries())
    for (const [j, port] of ports.entries()) {
      const socket = await machineAt(address).network.bindDatagram(
        { address, port },
        {
          onDatagram: (data, from, fromPort) => {
            const message = parseStun(data);
            if (typeof message === "string") return;
            const change = message.get(ChangeRequest);
            asked.push(`${address}:${port}${change ? " change" : ""}`);
            const other = { address: addresses[1 - i]!, port: ports[1 - j]! };
            const answer = new StunWriter("success", bindingMethod, message.transactionId)
              .add(XorMappedAddress, { address: from, port: fromPort })
              .add(OtherAddress, other);
            const by = sockets.get(`${change?.address ? other.address : address}:${change?.port ? other.port : port}`)!;
            by.send(answer.toBytes(), fromPort, from);
          },
          onSocketError: () => {},
        },
      );
      sockets.set(`${address}:${port}`, socket);
      onTestFinished(() => socket.close());
    }
  return asked;
}

test.each([
  ["full-cone", "NAT_KEEPS_PORTS", "endpoint-independent"],
  ["restricted", "NAT_KEEPS_PORTS", "address-dependent"],
  ["port-restricted", "NAT_KEEPS_PORTS", "address-and-port-dependent"],
  ["symmetric", "NAT_SYMMETRIC", "address-and-port-dependent"],
] as const)("%s, by one server with another address (RFC 5780 §4.3, §4.4): %s, %s filtering", async (kind, code, filtering) => {
  const here = room(kind);
  const asked = await fullServer(here);
  const findings = await here.examine(natCheck, { stunServers: ["203.0.113.10"] });
  expect(codesOf(findings)).toEqual(["STUN_ADDRESS", "STUN_ADDRESS", "STUN_ADDRESS", code, "NAT_FILTERING"]);
  expect(findings.map(({ subject }) => subject).slice(0, 3)).toEqual(["203.0.113.10", "203.0.113.20:3478", "203.0.113.20:3500"]);
  expect(findings.at(-1)).toMatchObject({ data: { filtering } });
  expect(new Set(asked.filter((place) => place.includes("change")))).toEqual(new Set(["203.0.113.10:3478 change"]));
});

test("a server that names another address and will not answer from there leaves filtering open", async () => {
  const here = room("full-cone");
  const other = { address: "203.0.113.20", port: 3500 };
  await stunServer(here, { address: "203.0.113.10", port: 3478 }, other);
  await stunServer(here, { address: "203.0.113.20", port: 3478 });
  await stunServer(here, other);
  const findings = await here.examine(natCheck, { stunServers: ["203.0.113.10"] });
  expect(codesOf(findings)).toEqual(["STUN_ADDRESS", "STUN_ADDRESS", "STUN_ADDRESS", "NAT_KEEPS_PORTS"]);
});

test("one server without another address leaves it open", async () => {
  const here = room("full-cone");
  await stunServer(here, { address: "203.0.113.10", port: 3478 });
  const findings = await here.examine(natCheck, { stunServers: ["203.0.113.10"] });
  expect(findings.at(-1)).toMatchObject({ code: "NAT_UNKNOWN", status: "note", advice: expect.stringContaining("--stun") as string });
});

test("a STUN server that is silent, and one whose name nobody knows", async () => {
  const here = room();
  const startedAtMs = here.clock.now();
  const findings = await here.examine(natCheck, { stunServers: ["203.0.113.10", "stun.nowhere.example"] });
  expect(findings).toMatchObject([
    { code: "STUN_NO_ANSWER", status: "problem", subject: "203.0.113.10" },
    { code: "STUN_NO_ANSWER", subject: "stun.nowhere.example" },
  ]);
  expect(here.clock.now() - startedAtMs).toBeLessThan(3500);
});

test.each([
  [undefined, "NAT_NONE"],
  ["full-cone", "NAT_PORT_CHANGED"],
] as const)("behind %s, from received and rport of the SIP server's answer (RFC 3581 §4): %s", async (kind, code) => {
  const here = room(kind);
  await here.sipServer("UDP", "203.0.113.5", 5060);
  const findings = await here.examine(natCheck, { server: "sip:203.0.113.5" });
  expect(codesOf(findings)).toEqual([code]);
  expect(findings[0]!.text).toContain(kind ? "UDP 203.0.113.5:5060 sees 198.51.100.1:40000, where 192.168.0.2:" : "no NAT is between");
});

test("a way to the SIP server that differs from that to the STUN server is worth a note", async () => {
  const here = room("full-cone");
  await twoServers(here);
  // The SIP server is asked through another NAT, as with a VPN.
  const server = await virtualEnvironment({ host: "203.0.113.5", beside: here.here }).network.bindDatagram(
    { address: "203.0.113.5", port: 5060 },
    {
      onDatagram: (data, address, port) => {
        const text = data.toString("latin1");
        const branch = /^Via: (\S+ \S+?);rport/m.exec(text)![1]!;
        const fields = text.split("\r\n").filter((line) => /^(From|Call-ID|CSeq):/.test(line));
        const to = `${/^To:.*$/m.exec(text)![0].trim()};tag=x`;
        const via = `Via: ${branch};received=198.51.100.9;rport=4444`;
        server.send(Buffer.from(["SIP/2.0 200 OK", via, ...fields, to, "Content-Length: 0", "", ""].join("\r\n")), port, address);
      },
      onSocketError: () => {},
    },
  );
  onTestFinished(() => server.close());
  const findings = await here.examine(natCheck, { server: "sip:203.0.113.5", stunServers: stun });
  expect(findings.at(-1)).toMatchObject({
    code: "NAT_SEVERAL_WAYS",
    status: "note",
    data: { bySip: "198.51.100.9", byStun: "198.51.100.1" },
  });
});

test("without a STUN server, nobody is asked for the address", async () => {
  const here = room();
  expect(await here.examine(natCheck)).toEqual([]);
});
