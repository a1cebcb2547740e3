import { saturate } from "./saturate.ts";

/** A volume control. A change is spread over one frame, so that it does not click. */
export class Gain {
  /** Linear: 0 mutes, 1 leaves the samples alone, 2 is +6 dB. Takes effect in the next frame. */
  value: number;
  #current: number;

  constructor(value: number = 1) {
    this.value = value;
    this.#current = value;
  }

  /** Scales `samples` in place, saturating. */
  apply(samples: Int16Array): void {
    const from = this.#current;
    const to = this.value;
    this.#current = to;
    if (from === to) {
      if (to === 1) return;
      if (to === 0) samples.fill(0);
      else for (let i = 0; i < samples.length; i++) samples[i] = saturate(samples[i]! * to);
      return;
    }
    const step = (to - from) / samples.length;
    for (let i = 0; i < samples.length; i++) samples[i] = saturate(samples[i]! * (from + step * (i + 1)));
  }
}
