import { NetworkError } from "@sidetone/infra-common";
import { expect, onTestFinished, test } from "vitest";
import { sipPortsCheck } from "../../../src/doctor/checks/sip-ports.ts";
import { codesOf, surgery, withNetwork } from "../../support/examine.ts";

const deaf = { onDatagram: () => {}, onSocketError: () => {} };

test("free ports are free afterwards, too", async () => {
  const { examine } = surgery();
  for (let i = 0; i < 2; i++) expect(codesOf(await examine(sipPortsCheck))).toEqual(["SIP_PORT_FREE", "SIP_PORT_FREE"]);
});

test("a port that another program has, by its transport", async () => {
  const { examine, here } = surgery();
  const socket = await here.network.bindDatagram({ address: "0.0.0.0", port: 5060 }, deaf);
  onTestFinished(() => socket.close());
  expect(await examine(sipPortsCheck)).toMatchObject([
    { code: "SIP_PORT_BUSY", status: "note", subject: "UDP 0.0.0.0:5060", advice: expect.stringContaining("--listen") as string },
    { code: "SIP_PORT_FREE", subject: "TCP 0.0.0.0:5060" },
  ]);
});

test("a port that the system does not give says so", async () => {
  const { examine, here } = surgery();
  const denied = (): Promise<never> => Promise.reject(new NetworkError("NETWORK_PERMISSION_DENIED", "the system does not permit it"));
  const findings = await examine(sipPortsCheck, {
    environment: withNetwork(here, { bindDatagram: denied }),
    listen: { address: "10.0.0.1", port: 90 },
  });
  expect(findings).toMatchObject([
    { code: "SIP_PORT_BUSY", status: "note", subject: "UDP 10.0.0.1:90", data: { reason: "NETWORK_PERMISSION_DENIED" } },
    { code: "SIP_PORT_FREE", subject: "TCP 10.0.0.1:90" },
  ]);
  expect(findings[0]!.text).toContain("does not permit it");
});
