import { expect, test } from "vitest";
import { eventually } from "../peers/process/eventually.ts";
import { describeWith } from "../peers/process/installed.ts";
import { flawless, openSipp } from "../sipp/open-sipp.ts";
import { openRegistrar, secretOf } from "./open-registrar.ts";

describeWith(["sipp"], "npx sidetone registrar, with sipp", () => {
  const values = { user: "bob", password: secretOf("bob") };

  test.each(["u1", "t1"] as const)("500 registrations with digest, 100 a second, over %s", async (transport) => {
    const { run, hostPort } = await openRegistrar(["--algorithms", "MD5"]);
    const options = { scenario: "register", target: hostPort, calls: 500, callsPerSecond: 100, transport, values };
    expect(await (await openSipp(options)).finished()).toMatchObject({ ...flawless, successfulCalls: 500 });
    await eventually("all are told", () => run.ofType("BindingAdded").length + run.ofType("BindingRefreshed").length === 500);
    expect(run.ofType("BindingAdded")).toHaveLength(1);
  });

  test("a wrong password registers nothing", async () => {
    const { run, hostPort } = await openRegistrar(["--algorithms", "MD5"]);
    const sipp = await openSipp({ scenario: "register", target: hostPort, calls: 3, values: { user: "bob", password: "wrong" } });
    expect(await sipp.finished()).toMatchObject({ exitCode: 1 });
    expect(run.ofType("BindingAdded")).toEqual([]);
  });
});
