import { fileURLToPath } from "node:url";
import { describe, expect, onTestFailed, onTestFinished, test } from "vitest";
import { startKamailio } from "../peers/kamailio/start-kamailio.ts";
import { NatNetwork, natNetworkProblem } from "../peers/network/nat-network.ts";
import { isInstalled } from "../peers/process/installed.ts";
import { PeerProcess } from "../peers/process/peer-process.ts";
import type { JsonLine } from "../under-test/run-sidetone.ts";
import { startStunServer } from "./outside-stun-server.ts";

const problem =
  natNetworkProblem() ?? (isInstalled("kamailio") && isInstalled("turnserver") ? undefined : "apt-get install kamailio coturn");
if (problem) console.warn(`skipped: the doctor behind a real NAT (${problem})`);

describe.skipIf(problem !== undefined)(`npx sidetone doctor behind a real NAT${problem ? ` [${problem}]` : ""}`, () => {
  test("sees it by the SIP server's answer and by STUN, and that it shows one port to all", async () => {
    const network = await NatNetwork.open();
    onTestFinished(() => network[Symbol.asyncDispose]());
    const { inside, outside, publicAddress } = network;
    const kamailio = await startKamailio({ place: outside, port: 5060 });
    onTestFinished(() => kamailio[Symbol.asyncDispose]());
    await startStunServer(outside, 3478);
    await startStunServer(outside, 3480);
    const stun = [3478, 3480].flatMap((port) => ["--stun", `${outside.address}:${port}`]);
    const [program, args] = inside.command(process.execPath, [
      ...["packages/sidetone/bin/sidetone.js", "doctor", `sip:${outside.address}`, ...stun, "--no-config", "--json"],
    ]);
    const cwd = fileURLToPath(new URL("../..", import.meta.url));
    await using doctor = new PeerProcess(program, args, { cwd, atMostSeconds: 60 });
    onTestFailed(() => console.log(doctor.lastWords));
    expect(await doctor.exited).toBe(0);
    const lines = doctor.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as JsonLine);
    const findings = lines.filter(({ check }) => check === "nat");
    expect(findings.map((finding) => finding["code"])).toEqual(["NAT_PORT_KEPT", "STUN_ADDRESS", "STUN_ADDRESS", "NAT_KEEPS_PORTS"]);
    expect(findings[0]!["data"]).toMatchObject({ local: { address: inside.address }, public: { address: publicAddress } });
    expect(findings[1]!["data"]).toMatchObject({ public: { address: publicAddress } });
    expect(findings[3]!["data"]).toMatchObject({ local: { address: inside.address }, destinations: 2 });
  });
});
