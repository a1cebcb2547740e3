import { expect, test } from "vitest";
import { byImportance, finding } from "../../src/doctor/finding.ts";
import { findingKinds } from "../../src/doctor/finding-kinds.ts";
import { codesOf } from "../support/examine.ts";

test("problems come before notes, and what makes others fail before what fails alone; what is well is left out", () => {
  const found = (
    ["SIP_PORT_BUSY", "NODE_VERSION", "RTP_PORTS_TAKEN", "TLS_EXPIRED", "SOCKET_BUFFERS_SMALL", "DNS_NAME_NOT_FOUND"] as const
  ).map((code) => finding(code, code));
  expect(codesOf(byImportance(found))).toEqual([
    "DNS_NAME_NOT_FOUND",
    "TLS_EXPIRED",
    "RTP_PORTS_TAKEN",
    "SIP_PORT_BUSY",
    "SOCKET_BUFFERS_SMALL",
  ]);
});

test("of one code, the order is that of the findings", () => {
  const two = ["first", "second"].map((text) => finding("SERVER_SILENT", text));
  expect(byImportance(two).map(({ text }) => text)).toEqual(["first", "second"]);
});

test("the table of codes has all problems first, then the notes", () => {
  const order = Object.values(findingKinds);
  expect(order).toEqual([...order].sort((one, other) => ["problem", "note", "ok"].indexOf(one) - ["problem", "note", "ok"].indexOf(other)));
});
