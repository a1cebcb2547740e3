import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { describe } from "vitest";

/** The Debian package of each program that the tests run. */
const packages: Readonly<Record<string, string>> = {
  baresip: "baresip-core",
  sipp: "sip-tester",
  kamailio: "kamailio",
  tshark: "tshark",
  dumpcap: "tshark",
  openssl: "openssl",
