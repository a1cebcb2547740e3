/** Bytes from hexadecimal digits; white space is for the eye. */
export function hex(digits: string): Buffer {
  return Buffer.from(digits.replace(/\s/g, ""), "hex");
}
