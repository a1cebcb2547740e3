/**
 * Input of the E-model under the names of ITU-T G.107 Table 2 (06/2015). What is not given takes the table's default,
 * which means a good terminal in a quiet room and no network at all.
 */
export interface EModelInput {
  /** Mean one-way delay T of the echo path, in ms. Default: `absoluteDelayMs`. */
  echoPathDelayMs?: number;
  /** Round-trip delay Tr in the four-wire loop, in ms. Default: twice `absoluteDelayMs`. */
  roundTripDelayMs?: number;
  /** Absolute delay Ta from mouth to ear, in ms. Default 0. */
  absoluteDelayMs?: number;
  /** Equipment impairment factor Ie of the codec. Default 0. */
  ie?: number;
  /** Packet-loss robustness factor Bpl of the codec. Default 4.3. */
  bpl?: number;
  /** Packet-loss probability Ppl, in percent. Default 0. */
  packetLossPercent?: number;
  /** Burst ratio BurstR: 1 is random loss, more is bursty. Default 1. */
  burstRatio?: number;
  /** Talker echo loudness rating TELR, in dB. Default 65. */
  telr?: number;
  /** Weighted echo path loss WEPL, in dB. Default 110. */
  wepl?: number;
  /** Advantage factor A: what users forgive for convenience, 0 (wired) to 20. Default 0. */
  advantage?: number;
}

/** G.107 Table 2, what stays at its default: loudness ratings, noise, side tone, quantising distortion. */
const slr = 8;
const rlr = 2;
const stmr = 15;
const dFactor = 3;
const lstr = 18;
const quantisingDistortionUnits = 1;
const circuitNoise = -70;
const noiseFloor = -64;
const roomNoise = 35;

const decibelSum = (...levels: number[]): number => 10 * Math.log10(levels.reduce((sum, level) => sum + 10 ** (level / 10), 0));

/** Noise, G.107 §7.2. */
const olr = slr + rlr;
const sendNoise = roomNoise - slr - dFactor - 100 + 0.004 * (roomNoise - olr - dFactor - 14) ** 2;
const effectiveReceiveNoise = roomNoise + 10 * Math.log10(1 + 10 ** ((10 - lstr) / 10));
const receiveNoise = rlr - 121 + effectiveReceiveNoise + 0.008 * (effectiveReceiveNoise - 35) ** 2;
const noise = decibelSum(circuitNoise, sendNoise, receiveNoise, noiseFloor + rlr);
/** Basic signal-to-noise ratio Ro, G.107 §7.2. */
const basicRatio = 15 - 1.5 * (slr + noise);

/**
 * The rating factor R of ITU-T G.107: 93.2 at its best with narrow-band telephones, 50 hardly usable, clamped at 0.
 *
 * R = Ro − Is − Id − Ie-eff + A.
 */
export function rFactor(input: EModelInput = {}): number {
  const absoluteDelayMs = input.absoluteDelayMs ?? 0;
  const echoPathDelayMs = input.echoPathDelayMs ?? absoluteDelayMs;
  const roundTripDelayMs = input.roundTripDelayMs ?? 2 * absoluteDelayMs;
  const telr = input.telr ?? 65;
  const delayImpairment =
    talkerEchoImpairment(echoPathDelayMs, telr) +
    listenerEchoImpairment(roundTripDelayMs, input.wepl ?? 110) +
    longDelayImpairment(absoluteDelayMs);
  const rating = basicRatio - simultaneousImpairment(echoPathDelayMs, telr) - delayImpairment - effectiveEquipmentImpairment(input);
  return Math.max(0, Math.min(100, rating + (input.advantage ?? 0)));
}

/** The mean opinion score of conversational quality that belongs to R, 1 to 4.5 (G.107 Annex B). */
export function mosFromR(r: number): number {
  if (r <= 0) return 1;
  if (r >= 100) return 4.5;
  // The cubic dips below 1 for R under 6.5; no opinion is worse than 1.
  return Math.max(1, 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6);
}

/** Ie-eff, what codec and packet loss cost together (G.107 §7.5). */
export function effectiveEquipmentImpairment({ ie = 0, bpl = 4.3, packetLossPercent = 0, burstRatio = 1 }: EModelInput): number {
  if (packetLossPercent === 0) return ie;
  return ie + ((95 - ie) * packetLossPercent) / (packetLossPercent / burstRatio + bpl);
}

/** Is: too loud, side tone, quantising (G.107 §7.3). */
function simultaneousImpairment(delayMs: number, telr: number): number {
  const x = (olr + 0.2 * (64 + noise - rlr)) / 8;
  const tooLoud = 20 * (smooth(x, 8) - x);
  const sideTone = -10 * Math.log10(10 ** (-stmr / 10) + Math.exp(-delayMs / 4) * 10 ** (-telr / 10));
  const badSideTone =
    12 * smooth((sideTone - 13) / 6, 8) - 28 * smooth((sideTone + 1) / 19.4, 35) - 13 * smooth((sideTone - 3) / 33, 13) + 29;
  const q = 37 - 15 * Math.log10(quantisingDistortionUnits);
  const g = 1.07 + 0.258 * q + 0.0602 * q ** 2;
  const quantising = 15 * Math.log10(1 + 10 ** ((basicRatio - 100) / 15 + 46 / 8.4 - g / 9) + 10 ** (46 / 30 - g / 40));
  return tooLoud + badSideTone + quantising;
}

/** Idte (G.107 §7.4). */
function talkerEchoImpairment(delayMs: number, telr: number): number {
  const terv = telr - 40 * Math.log10((1 + delayMs / 10) / (1 + delayMs / 150)) + 6 * Math.exp(-0.3 * delayMs ** 2);
  const echoRating = 80 + 2.5 * (terv - 14);
  const half = (-1.5 * (noise - rlr) - echoRating) / 2;
  return (half + Math.sqrt(half ** 2 + 100) - 1) * (1 - Math.exp(-delayMs));
}

/** Idle (G.107 §7.4). */
function listenerEchoImpairment(roundTripMs: number, wepl: number): number {
  const half = (basicRatio - 10.5 * (wepl + 7) * (roundTripMs + 1) ** -0.25) / 2;
  return half + Math.sqrt(half ** 2 + 169);
}

/** Idd: delay that disturbs the conversation even without echo (G.107 §7.4). */
function longDelayImpairment(delayMs: number): number {
  if (delayMs <= 100) return 0;
  const x = Math.log2(delayMs / 100);
  return 25 * (smooth(x, 6) - 3 * smooth(x / 3, 6) + 2);
}

/** (1 + xⁿ)^(1/n), the soft knee that the model uses throughout. */
function smooth(x: number, n: number): number {
  return (1 + Math.abs(x) ** n) ** (1 / n);
}
