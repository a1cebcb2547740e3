/** Rounds to the nearest 16-bit sample; what is too loud stays at the limit instead of wrapping round. */
export function saturate(value: number): number {
  const rounded = Math.round(value);
  return rounded > 32_767 ? 32_767 : rounded < -32_768 ? -32_768 : rounded;
}
