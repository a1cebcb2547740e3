import { NetworkError } from "@sidetone/infra-common";
import { expect, test } from "vitest";
import { rtpPortsCheck } from "../../../src/doctor/checks/rtp-ports.ts";
import { surgery, withNetwork } from "../../support/examine.ts";

/** Looks where every port that `isTaken` names is. */
function look(isTaken: (port: number) => boolean, rtpPorts?: { first: number; last: number }) {
  const { examine, here } = surgery();
  const tried: number[] = [];
  const environment = withNetwork(here, {
    bindDatagram: (options, receiver) => {
      tried.push(options.port);
      if (isTaken(options.port)) return Promise.reject(new NetworkError("NETWORK_ADDRESS_IN_USE", "taken"));
      return here.network.bindDatagram(options, receiver);
    },
  });
  return examine(rtpPortsCheck, { environment, rtpPorts }).then(([found]) => ({ found: found!, tried }));
}

test("tries fifty pairs all over the range that calls use, an even port and the next", async () => {
  const { found, tried } = await look(() => false);
  expect(found).toMatchObject({ code: "RTP_PORTS_FREE", data: { first: 10_000, last: 20_000, pairsTried: 50, freePairs: 50 } });
  expect(new Set(tried).size).toBe(100);
  expect(tried.every((port, i) => port % 2 === i % 2)).toBe(true);
  expect([Math.min(...tried), Math.max(...tried)]).toEqual([10_000, 19_801]);
});

test("a small range of its own, every pair of it", async () => {
  const { found, tried } = await look(() => false, { first: 4001, last: 4007 });
  expect(found).toMatchObject({ code: "RTP_PORTS_FREE", data: { pairsTried: 3, freePairs: 3 } });
  expect(tried).toEqual([4002, 4003, 4004, 4005, 4006, 4007]);
});

test.each([
  ["all are taken", () => true, "RTP_PORTS_TAKEN", 0],
  ["the ports of RTCP are taken", (port: number) => port % 2 === 1, "RTP_PORTS_TAKEN", 0],
  ["most are taken", (port: number) => port < 16_000, "RTP_PORTS_SCARCE", 20],
  ["some are taken", (port: number) => port < 12_000, "RTP_PORTS_FREE", 40],
])("%s", async (_what, isTaken, code, freePairs) => {
  const { found } = await look(isTaken);
  expect(found).toMatchObject({ code, data: { freePairs } });
});
