import type { Call, Client } from "sidetone";
import { expect, onTestFinished, test } from "vitest";
import { answeredCall, openPhone, talk } from "../baresip/open-phone.ts";
import type { Baresip } from "../peers/baresip/start-baresip.ts";
import { eventually } from "../peers/process/eventually.ts";
import { freePorts } from "../peers/process/free-ports.ts";
import { describeWith } from "../peers/process/installed.ts";
import { Capture } from "../peers/tshark/capture.ts";
import { Dissection } from "../peers/tshark/dissection.ts";
import { openClient } from "../under-test/open-client.ts";

/** Longer than the 15 s between two keep-alives. */
const heldMs = 17_000;
const rtpPortCount = 20;

/** The phone holds for a while and goes on: what left our RTP ports meanwhile, in the words of tshark, and when, in seconds since the hold. */
async function heldFor(durationMs: number, open: (client: Client) => Promise<{ phone: Baresip; call: Call }>) {
  const first = await freePorts(rtpPortCount);
  const client = await openClient({ media: { rtpPorts: { first, last: first + rtpPortCount - 1 } } });
  const capture = await Capture.start(`src portrange ${first}-${first + rtpPortCount - 1}`);
  onTestFinished(() => capture[Symbol.asyncDispose]());
  const { phone, call } = await open(client);
  await phone.command("hold");
  await eventually("the phone's hold is seen here", () => call.holding.remote);
  const heldAtMs = Date.now();
  await eventually("so long it holds", () => Date.now() >= heldAtMs + durationMs, { withinMs: durationMs + 5000 });
  const resumedAtMs = Date.now();
  await phone.command("resume");
  await eventually("the phone's resumption is seen here", () => !call.holding.remote);
  await talk(call, 500);
  await call.sendDtmf("5"); // baresip's recording stops at the first hold, its ear for digits does not
  await eventually("baresip hears a digit after the hold", () => phone.digitsHeard === "5");
  await call.hangUp();
  await capture.stop();
  const dissection = new Dissection(capture.file, [], true);
  const fields = await dissection.fields("udp", ["frame.time_epoch", "udp.srcport", "_ws.col.Protocol", "_ws.col.Info"]);
  const meanwhile = fields
    .map(([time, port, protocol, info]) => ({ atMs: 1000 * Number(time), port: Number(port), what: `${protocol} ${info}` }))
    .filter(({ atMs }) => atMs > heldAtMs - 200 && atMs < resumedAtMs);
  return { phone, call, meanwhile, heldAtMs };
}

/** What reached the phone is what it counts: nothing that it took for RTP beside it. */
async function expectUndisturbed(phone: Baresip, call: Call): Promise<void> {
  const { packetsSent } = call.end!.statistics!;
  const missing = packetsSent - (await phone.packetsReceived());
  expect(missing).toBeGreaterThanOrEqual(0);
  expect(missing).toBeLessThanOrEqual(2); // the last may be on its way at the BYE
}

describeWith(
  ["tshark", "dumpcap", "baresip"],
  "RTP bindings while baresip holds us (RFC 6263)",
  () => {
    test("are kept open by a STUN indication at once and every 15 s, which does not disturb it", async () => {
      const { phone, call, meanwhile, heldAtMs } = await heldFor(heldMs, async (client) => {
        const phone = await openPhone({ answers: "auto" });
        return { phone, call: await client.call(phone.uri) };
      });
      const sent = meanwhile.filter(({ what }) => what.startsWith("STUN"));
      expect(sent.map(({ what }) => what)).toEqual(["STUN Binding Indication", "STUN Binding Indication"]);
      expect(new Set(sent.map(({ port }) => port)).size).toBe(1);
      expect(sent[0]!.atMs - heldAtMs).toBeLessThan(500);
      expect(Math.abs(sent[1]!.atMs - sent[0]!.atMs - 15_000)).toBeLessThan(500);
      expect(sent[0]!.port % 2).toBe(0); // that of RTP
      await expectUndisturbed(phone, call);
    });

    test("need nothing more than RTCP with rtcp-mux, from the same port", async () => {
      const { phone, call, meanwhile } = await heldFor(heldMs, async (client) => {
        const phone = await openPhone({ rtcpMux: true });
        return { phone, call: await answeredCall(phone, client) };
      });
      expect(meanwhile.filter(({ what }) => what.startsWith("STUN"))).toEqual([]);
      const reports = meanwhile.filter(({ what }) => what.startsWith("RTCP"));
      expect(new Set(reports.map(({ port }) => port % 2))).toEqual(new Set([0]));
      const gaps = reports.slice(1).map(({ atMs }, i) => atMs - reports[i]!.atMs);
      expect(Math.max(...gaps)).toBeLessThan(15_000);
      await expectUndisturbed(phone, call);
    });
  },
  { asRoot: "capturing packets" },
);
