import { expect, test } from "vitest";
import { socketBuffersCheck } from "../../../src/doctor/checks/socket-buffers.ts";
import { machine, surgery, withNetwork } from "../../support/examine.ts";

function look(grantedBytes: number, limitBytes: number | undefined) {
  const { examine, here } = surgery();
  const asked: (number | undefined)[] = [];
  const environment = withNetwork(here, {
    bindDatagram: async (options, receiver) => {
      asked.push(options.receiveBufferBytes);
      const socket = await here.network.bindDatagram(options, receiver);
      return Object.create(socket, {
        receiveBufferBytes: { value: grantedBytes },
        close: { value: () => socket.close() },
      }) as typeof socket;
    },
  });
  return examine(socketBuffersCheck, { environment, machine: { ...machine, receiveBufferLimitBytes: () => limitBytes } }).then(
    ([found]) => ({
      found: found!,
      asked,
    }),
  );
}

test("asks for what the SIP transports ask for", async () => {
  const { found, asked } = await look(4_194_304, 212_992);
  expect(asked).toEqual([4_194_304]);
  expect(found).toMatchObject({ code: "SOCKET_BUFFERS", text: "A UDP socket gets a receive buffer of 4096 KiB" });
});

test("a small buffer, and how to have a larger one", async () => {
  const { found } = await look(212_992, 212_992);
  expect(found).toMatchObject({
    code: "SOCKET_BUFFERS_SMALL",
    status: "note",
    data: { wantedBytes: 4_194_304, receiveBufferBytes: 212_992, limitBytes: 212_992 },
  });
  expect(found.text).toContain("208 KiB of the 4096 KiB asked for (net.core.rmem_max is 212992)");
  expect(found.advice).toContain("sysctl -w net.core.rmem_max=4194304");
});

test("a system that does not tell its limit is not told to run sysctl", async () => {
  const { found } = await look(212_992, undefined);
  expect(found).toMatchObject({ code: "SOCKET_BUFFERS_SMALL", data: { limitBytes: null } });
  expect(found.text + found.advice!).not.toContain("rmem_max");
});
