import type { ToneOptions } from "./tone-source.ts";

/** The tones that tell a caller how a call fares (ITU-T E.180). Play one with `new ToneSource(progressTones.europe.ringback)`. */
export interface ProgressTones {
  /** The exchange waits for digits. */
  readonly dial: ToneOptions;
  /** The other telephone rings. */
  readonly ringback: ToneOptions;
  /** The other side is engaged. */
  readonly busy: ToneOptions;
  /** The network cannot carry the call. */
  readonly congestion: ToneOptions;
}

const tone = (frequenciesHz: readonly number[], ...cadence: ToneOptions["cadence"] & {}): ToneOptions => ({
  frequenciesHz,
  levelDbm0: frequenciesHz.length === 1 ? -10 : -13,
  cadence,
});

/** By region, after ITU-T E.180 Supplement 2. Europe: the 425 Hz tones that most of the continent uses. */
export const progressTones: Readonly<Record<"europe" | "northAmerica" | "unitedKingdom", ProgressTones>> = {
  europe: {
    dial: tone([425]),
    ringback: tone([425], { onMs: 1000, offMs: 4000 }),
    busy: tone([425], { onMs: 500, offMs: 500 }),
    congestion: tone([425], { onMs: 250, offMs: 250 }),
  },
  northAmerica: {
    dial: tone([350, 440]),
    ringback: tone([440, 480], { onMs: 2000, offMs: 4000 }),
    busy: tone([480, 620], { onMs: 500, offMs: 500 }),
    congestion: tone([480, 620], { onMs: 250, offMs: 250 }),
  },
  unitedKingdom: {
    dial: tone([350, 440]),
    ringback: tone([400, 450], { onMs: 400, offMs: 200 }, { onMs: 400, offMs: 2000 }),
    busy: tone([400], { onMs: 375, offMs: 375 }),
    congestion: tone([400], { onMs: 400, offMs: 350 }, { onMs: 225, offMs: 525 }),
  },
};
