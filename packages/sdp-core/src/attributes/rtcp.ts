import { addressTypeOf } from "../connection.ts";
import { parseDecimal, splitFields } from "../fields.ts";
import type { AttributeCodec } from "./attribute-codec.ts";

/** Where RTCP is received when it is not the port above RTP: `53020`, `53020 IN IP4 126.16.64.4` (RFC 3605 §2.1). */
export interface Rtcp {
  /** 1–65535. */
  readonly port: number;
  /** Undefined: the address of the media. */
  readonly address: string | undefined;
}

export const Rtcp: AttributeCodec<Rtcp> = {
  name: "rtcp",
  parse(text) {
    const fields = splitFields(text, 0);
    const port = parseDecimal(fields[0] ?? "", 65_535);
    if (!port || (fields.length !== 1 && fields.length !== 4)) return undefined;
    return { port, address: fields[3] };
  },
  serialize: ({ port, address }) => (address === undefined ? `${port}` : `${port} IN ${addressTypeOf(address)} ${address}`),
};
