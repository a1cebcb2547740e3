/** One of G.711's two companding laws as look-up tables; exact for every code word and every sample. */
export interface CompandingLaw {
  /** Linear 16-bit value of each of the 256 code words. */
  readonly expand: Int16Array;
  /** Code word of each linear value, by its significant bits: `compress[(sample >> compressShift) & (compress.length - 1)]`. */
  readonly compress: Uint8Array;
  /** Bits of a 16-bit sample below the law's resolution: µ-law has 14 bits, A-law 13. */
  readonly compressShift: number;
}

const muLawBias = 33;
const muLawClip = 8158;

/** µ-law (G.711 Table 2): all bits inverted on the wire, 14-bit magnitudes with a bias of 33. */
export const muLaw: CompandingLaw = {
  expand: Int16Array.from({ length: 256 }, (_, code) => expandMuLaw(code)),
  compress: Uint8Array.from({ length: 1 << 14 }, (_, index) => compressMuLaw((index << 18) >> 18)),
  compressShift: 2,
};

/** A-law (G.711 Table 1): even bits inverted on the wire, 13-bit magnitudes. */
export const aLaw: CompandingLaw = {
  expand: Int16Array.from({ length: 256 }, (_, code) => expandALaw(code)),
  compress: Uint8Array.from({ length: 1 << 13 }, (_, index) => compressALaw((index << 19) >> 19)),
  compressShift: 3,
};

function expandMuLaw(code: number): number {
  const inverted = ~code & 0xff;
  const magnitude = ((((inverted & 0x0f) << 1) + muLawBias) << ((inverted >> 4) & 0x07)) - muLawBias;
  return (inverted & 0x80 ? -magnitude : magnitude) << 2;
}

function compressMuLaw(value: number): number {
  const biased = Math.min(Math.abs(value), muLawClip) + muLawBias;
  const segment = 26 - Math.clz32(biased);
  const code = (segment << 4) | ((biased >> (segment + 1)) & 0x0f);
  return ~(value < 0 ? code | 0x80 : code) & 0xff;
}

function expandALaw(code: number): number {
  const inverted = code ^ 0x55;
  const segment = (inverted >> 4) & 0x07;
  const interval = ((inverted & 0x0f) << 1) + 1;
  const magnitude = segment === 0 ? interval : (interval + 32) << (segment - 1);
  return (inverted & 0x80 ? magnitude : -magnitude) << 3;
}

function compressALaw(value: number): number {
  const magnitude = value < 0 ? ~value : value;
  const segment = Math.max(0, 27 - Math.clz32(magnitude));
  const code = (segment << 4) | ((magnitude >> Math.max(1, segment)) & 0x0f);
  return (value < 0 ? code : code | 0x80) ^ 0x55;
}
