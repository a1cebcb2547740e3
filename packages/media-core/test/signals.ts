/** `seconds` of a sine with the given peak. */
export function sine(sampleRate: number, hz: number, seconds: number, peak = 10_000, phase = 0): Int16Array {
  return Int16Array.from({ length: Math.round(sampleRate * seconds) }, (_, i) =>
    Math.round(peak * Math.sin(phase + (2 * Math.PI * hz * i) / sampleRate)),
  );
}

/** Voiced speech as a vocoder makes it: glottal pulses of a slowly gliding pitch through three formants, with syllables of a quarter second. */
export function speechLike(sampleRate: number, seconds: number, pitchHz = 120): Int16Array {
  const formants = [
    { hz: 700, bandwidthHz: 130 },
    { hz: 1220, bandwidthHz: 170 },
    { hz: 2600, bandwidthHz: 250 },
  ].map(({ hz, bandwidthHz }) => {
    const radius = Math.exp((-Math.PI * bandwidthHz) / sampleRate);
    return { a1: 2 * radius * Math.cos((2 * Math.PI * hz) / sampleRate), a2: -radius * radius, y1: 0, y2: 0 };
  });
  let cycle = 0;
  const raw = Array.from({ length: Math.round(sampleRate * seconds) }, (_, i) => {
    const time = i / sampleRate;
    cycle += (pitchHz * (1 + 0.04 * Math.sin(2 * Math.PI * 0.7 * time))) / sampleRate;
    let value = 0;
    if (cycle >= 1) {
      cycle -= 1;
      value = 1;
    }
    for (const f of formants) {
      const y = value + f.a1 * f.y1 + f.a2 * f.y2;
      f.y2 = f.y1;
      f.y1 = y;
      value = y;
    }
    return value * (0.55 + 0.45 * Math.sin(2 * Math.PI * 4 * time));
  });
  const loudest = raw.reduce((peak, value) => Math.max(peak, Math.abs(value)), 0);
  return Int16Array.from(raw, (value) => Math.round((value / loudest) * 16_000));
}

/** Signal-to-noise ratio of `actual` against `wanted`, in dB. */
export function snrDb(wanted: ArrayLike<number>, actual: ArrayLike<number>, from = 0, to: number = wanted.length): number {
  let signal = 0;
  let noise = 0;
  for (let i = from; i < to; i++) {
    signal += wanted[i]! ** 2;
    noise += (wanted[i]! - actual[i]!) ** 2;
  }
  return 10 * Math.log10(signal / noise);
}

/** The largest step from one sample to the next. */
export function largestStep(samples: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 1; i < samples.length; i++) largest = Math.max(largest, Math.abs(samples[i]! - samples[i - 1]!));
  return largest;
}
