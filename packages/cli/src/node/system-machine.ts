import { readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import type { Machine } from "../doctor/machine.ts";

/** The computer that this runs on. */
export const systemMachine: Machine = {
  nodeVersion: process.versions.node,
  platform: `${process.platform} ${process.arch}`,
  addresses: () =>
    Object.entries(networkInterfaces()).flatMap(([interfaceName, addresses = []]) =>
      addresses.map(({ address }) => ({ interfaceName, address })),
    ),
  receiveBufferLimitBytes: () => {
    try {
      return Number(readFileSync("/proc/sys/net/core/rmem_max", "utf8"));
    } catch {
      return undefined; // Linux alone has it
    }
  },
};
