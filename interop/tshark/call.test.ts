import type { Call } from "sidetone";
import { expect, test } from "vitest";
import { eventually } from "../peers/process/eventually.ts";
import { describeWith } from "../peers/process/installed.ts";
import type { Dissection } from "../peers/tshark/dissection.ts";
import { parseRtpStreams } from "../peers/tshark/rtp-streams.ts";
import { capturedCall } from "./captured-call.ts";

/** Waits until the call is so many milliseconds older. */
async function pass(call: Call, durationMs: number): Promise<void> {
  const endMs = call.durationMs + durationMs;
  await eventually(`${durationMs} ms pass`, () => call.durationMs >= endMs, { withinMs: 5 * durationMs });
}

/** Wireshark's experts warn of something, or call it an error. */
const warned = "_ws.expert.severity >= 0x00600000";

/** Nothing malformed, nothing that Wireshark's experts warn of, no SIP sent twice. */
async function expectFlawless(dissection: Dissection): Promise<void> {
  expect(await dissection.lines("_ws.malformed")).toEqual([]);
  expect(await dissection.lines(warned)).toEqual([]);
  expect(await dissection.statistics("sip,stat")).toMatch(/resent SIP messages: 0$/m);
}

/** The gaps between the packets of one stream, in milliseconds, sorted. */
async function gaps(dissection: Dissection, sourcePort: number): Promise<number[]> {
  const times = (await dissection.fields(`rtp && udp.srcport == ${sourcePort}`, ["frame.time_epoch"])).map(([time]) => 1000 * Number(time));
  return times
    .slice(1)
    .map((time, i) => time - times[i]!)
    .sort((a, b) => a - b);
}

describeWith(
  ["tshark", "dumpcap"],
  "tshark judges a call between two clients",
  () => {
    test("a call over UDP: packets every 20 ms, none lost, RTCP beside them", async () => {
      const dissection = await capturedCall({ transport: "udp" }, (call) => pass(call, 5000));
      await expectFlawless(dissection);
      const streams = parseRtpStreams(await dissection.statistics("rtp,streams"));
      expect(streams).toHaveLength(2);
      for (const stream of streams) {
        expect(stream).toMatchObject({ payload: "g711U", lost: 0, hasProblems: false });
        expect(stream.packets).toBeGreaterThan(240);
        expect(stream.meanDeltaMs).toBeGreaterThan(19.8);
        expect(stream.meanDeltaMs).toBeLessThan(20.2);
        const sorted = await gaps(dissection, stream.sourcePort);
        const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))]!;
        expect(at(0.5)).toBeGreaterThan(19);
        expect(at(0.5)).toBeLessThan(21);
        expect(at(0.9)).toBeLessThan(30);
        expect(at(1)).toBeLessThan(500); // a busy machine may stop us for a while; what was due is sent then, and nothing is left out
      }
    });

    test("RTCP is read: sender reports with SDES, and BYE at the end, from both sides", async () => {
      const dissection = await capturedCall({ transport: "udp" }, (call) => pass(call, 3500));
      await expectFlawless(dissection);
      const reports = await dissection.fields("rtcp", ["udp.srcport", "rtcp.pt", "rtcp.senderssrc", "rtcp.ssrc.fraction"]);
      const sources = new Set(reports.map(([port]) => port));
      expect(sources.size).toBe(2);
      for (const source of sources) {
        const own = reports.filter(([port]) => port === source).map(([, types]) => types);
        expect(own.length).toBeGreaterThan(1);
        expect(new Set(own.slice(0, -1))).toEqual(new Set(["200,202"])); // SR, SDES
        expect(own.at(-1)).toBe("200,202,203"); // and BYE
      }
      expect(reports.map(([, , , fraction]) => Number(fraction)).filter((fraction) => fraction > 0)).toEqual([]);
    });

    test("a call over TCP with digits and a hold: events with three ends each, marker and timestamp right, fewer packets from who is held", async () => {
      const dissection = await capturedCall({ transport: "tcp" }, async (call) => {
        await pass(call, 400);
        await call.sendDtmf("19#");
        await call.hold();
        await pass(call, 1000);
        await call.resume();
        await pass(call, 400);
      });
      await expectFlawless(dissection);
      expect(await dissection.lines("sip && udp")).toEqual([]);
      const events = await dissection.fields("rtpevent", ["rtpevent.event_id", "rtp.timestamp", "rtp.marker", "rtpevent.end_of_event"]);
      for (const digit of ["1", "9", "11"]) {
        const own = events.filter(([id]) => id === digit);
        expect(new Set(own.map(([, timestamp]) => timestamp)).size).toBe(1); // "the timestamp of the first packet" (RFC 4733 §2.2)
        expect(own.map(([, , marker]) => marker).join("")).toMatch(/^10+$/);
        expect(own.map(([, , , end]) => end).join("")).toMatch(/^0+111$/);
      }
      const streams = parseRtpStreams(await dissection.statistics("rtp,streams"));
      expect(streams.map(({ lost, hasProblems }) => ({ lost, hasProblems }))).toEqual([
        { lost: 0, hasProblems: false },
        { lost: 0, hasProblems: false },
      ]);
      // The one on hold sends nothing for a second: fewer packets.
      const [fewest, most] = streams.map(({ packets }) => packets).sort((a, b) => a - b);
      expect(most! - fewest!).toBeGreaterThan(40);
      expect(await dissection.fields('sdp.media_attr == "sendonly"', ["sip.Method"])).toEqual([["INVITE"]]);
    });
  },
  { asRoot: "dumpcap listens on the loopback interface" },
);
