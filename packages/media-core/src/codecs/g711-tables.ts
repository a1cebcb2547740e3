/** One of G.711's two companding laws as look-up tables; exact for every code word and every sample. */
export interface CompandingLaw {
  /** Linear 16-bit value of each of the 256 code words. */
  readonly expand: Int16Array;
  /** Code word of each linear value without its last two bits, which neither law looks at: `compress[(sample >> 2) & 0x3fff]`. */
  readonly compress: Uint8Array;
}

const muLawBias = 33;
const muLawClip = 8158;

/** The tables are made when they are first looked into: neither need be part of what importing the front door takes. */
class TabulatedLaw implements CompandingLaw {
  readonly #expandCode: (code: number) => number;
  readonly #compressSample: (sample: number) => number;
  #expand: Int16Array | undefined = undefined;
  #compress: Uint8Array | undefined = undefined;

  constructor(expandCode: (code: number) => number, compressSample: (sample: number) => number) {
    this.#expandCode = expandCode;
    this.#compressSample = compressSample;
  }

  get expand(): Int16Array {
    return (this.#expand ??= Int16Array.from({ length: 256 }, (_, code) => this.#expandCode(code)));
  }

  get compress(): Uint8Array {
    return (this.#compress ??= this.#tabulateCompression());
  }

  #tabulateCompression(): Uint8Array {
    const compress = new Uint8Array(0x4000);
    for (let sample = -32_768; sample < 32_768; sample += 4) compress[(sample >> 2) & 0x3fff] = this.#compressSample(sample);
    return compress;
  }
}

/** µ-law (G.711 Table 2): 14-bit values, all bits inverted on the wire. */
export const muLaw: CompandingLaw = new TabulatedLaw(expandMuLaw, compressMuLaw);

/** A-law (G.711 Table 1): 13-bit values, even bits inverted on the wire. */
export const aLaw: CompandingLaw = new TabulatedLaw(expandALaw, compressALaw);

function expandMuLaw(code: number): number {
  const inverted = ~code & 0xff;
  const magnitude = ((((inverted & 0x0f) << 1) + muLawBias) << ((inverted >> 4) & 0x07)) - muLawBias;
  return (inverted & 0x80 ? -magnitude : magnitude) << 2;
}

function compressMuLaw(sample: number): number {
  const value = sample >> 2;
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

function compressALaw(sample: number): number {
  const value = sample >> 3;
  const magnitude = value < 0 ? ~value : value;
  const segment = Math.max(0, 27 - Math.clz32(magnitude));
  const code = (segment << 4) | ((magnitude >> Math.max(1, segment)) & 0x0f);
  return (value < 0 ? code : code | 0x80) ^ 0x55;
}
