/** A session description of somebody who takes PCMU and digits, at this address. */
export function description(
  address: string,
  port: number,
  options: { direction?: string; formats?: string; version?: number } = {},
): string {
  const { direction = "sendrecv", formats = "0 101", version = 1 } = options;
  return [
    "v=0",
    `o=- 4711 ${version} IN IP4 ${address}`,
    "s=-",
    `c=IN IP4 ${address}`,
    "t=0 0",
    `m=audio ${port} RTP/AVP ${formats}`,
    "a=rtpmap:101 telephone-event/8000",
    `a=${direction}`,
    "",
  ].join("\r\n");
}
