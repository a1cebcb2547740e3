import { parseConnection, type Connection } from "./connection.ts";
import { quote, SdpParseError } from "./errors.ts";
import { parseDecimal, splitFields } from "./fields.ts";
import { SdpSection } from "./section.ts";

const letterC = 99;
const maxPort = 65_535;

/** One m= line with the lines that belong to it (RFC 8866 §5.14). */
export class MediaDescription extends SdpSection {
  /** `audio`, `video`, `application`, `image` … */
  readonly kind: string;
  /** 0 in a description that is refused or switched off (RFC 3264 §6, §8.2). */
  readonly port: number;
  /** Number of ports, 1 when not written: `49170/2`. */
  readonly portCount: number;
  /** `RTP/AVP`, `RTP/SAVPF`, `udptl` … */
  readonly protocol: string;
  /** For RTP payload types in order of preference; as text, since what a format is depends on the protocol. */
  readonly formats: readonly string[];
  /** The c= line of this description, the first if there are several; undefined: that of the session applies. */
  readonly connection: Connection | undefined;

  /** @internal Applications build descriptions with createOffer() or parseSdp(). */
  constructor(lines: readonly string[], lineNumber: number) {
    super(lines);
    const [kind, ports, protocol, ...formats] = splitFields(lines[0]!, 2);
    const slash = ports?.indexOf("/") ?? -1;
    const port = ports && parseDecimal(slash < 0 ? ports : ports.slice(0, slash), maxPort);
    const portCount = slash < 0 ? 1 : parseDecimal(ports!.slice(slash + 1), maxPort);
    // A format is mandatory (RFC 8866 §9), but some devices switch a stream off with `m=video 0 RTP/AVP`.
    if (typeof port !== "number" || !portCount || protocol === undefined || (formats.length === 0 && port !== 0)) {
      throw new SdpParseError("SDP_PARSE_MEDIA", `m= is not "kind port protocol format ...": ${quote(lines[0]!)}`, lineNumber);
    }
    this.kind = kind!;
    this.port = port;
    this.portCount = portCount;
    this.protocol = protocol;
    this.formats = formats;
    const connectionIndex = lines.findIndex((line) => line.charCodeAt(0) === letterC);
    this.connection = connectionIndex < 0 ? undefined : parseConnection(lines[connectionIndex]!, lineNumber + connectionIndex);
  }
}
