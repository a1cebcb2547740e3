/** Adds `samples` to `target`, saturating. The shorter of the two decides the length. */
export function mixInto(target: Int16Array, samples: Int16Array): void {
  const length = Math.min(target.length, samples.length);
  for (let i = 0; i < length; i++) target[i] = clip(target[i]! + samples[i]!);
}

/** Adds `samples` to the running sum of a conference. 65,536 full-scale members fit. */
export function addTo(sum: Int32Array, samples: Int16Array): void {
  const length = Math.min(sum.length, samples.length);
  for (let i = 0; i < length; i++) sum[i] = sum[i]! + samples[i]!;
}

/** What one member of a conference hears: the sum of all without its own voice, saturated. Without `own`, the whole sum. */
export function mixMinus(sum: Int32Array, own: Int16Array | undefined, target: Int16Array): void {
  const length = Math.min(sum.length, target.length);
  if (own) for (let i = 0; i < length; i++) target[i] = clip(sum[i]! - own[i]!);
  else for (let i = 0; i < length; i++) target[i] = clip(sum[i]!);
}

function clip(value: number): number {
  return value > 32_767 ? 32_767 : value < -32_768 ? -32_768 : value;
}
