import type { CallEnded } from "sidetone";

type Statistics = NonNullable<CallEnded["statistics"]>;

/** A figure to so many decimals; what a side could not measure is said so. */
const figure = (value: number | undefined, digits: number, unit = ""): string =>
  value === undefined ? "not measured" : value.toFixed(digits) + unit;

const rows: Readonly<Record<string, (statistics: Statistics) => string>> = {
  codec: ({ codec }) => codec ?? "none",
  "packets sent": ({ packetsSent }) => String(packetsSent),
  "packets received": ({ packetsReceived }) => String(packetsReceived),
  "packets lost": ({ packetsLost }) => String(packetsLost),
  "packets too late": ({ packetsLate }) => String(packetsLate),
  jitter: ({ jitterMs }) => figure(jitterMs, 2, " ms"),
  "round trip": ({ roundTripMs }) => figure(roundTripMs, 2, " ms"),
  "jitter buffer": ({ jitterBufferMs }) => figure(jitterBufferMs, 0, " ms"),
  "R factor": ({ rFactor }) => figure(rFactor, 1),
  "MOS (1 to 4.5)": ({ mos }) => figure(mos, 2),
};

/** A column for each side of the call. */
export function figures(ends: Readonly<Record<string, CallEnded>>): string {
  const line = (label: string, cells: readonly string[]): string =>
    `  ${label.padEnd(18)}${cells.map((cell) => cell.padEnd(14)).join("")}`.trimEnd();
  const sides = Object.values(ends);
  return [
    line("", Object.keys(ends)),
    ...Object.entries(rows).map(([label, read]) =>
      line(
        label,
        sides.map(({ statistics }) => (statistics ? read(statistics) : "no audio")),
      ),
    ),
  ].join("\n");
}
