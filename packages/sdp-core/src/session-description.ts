import { parseConnection, type Connection } from "./connection.ts";
import { quote, SdpParseError } from "./errors.ts";
import { isDigits, splitFields } from "./fields.ts";
import type { MediaDescription } from "./media-description.ts";
import { parseOrigin, type Origin } from "./origin.ts";
import { SdpSection } from "./section.ts";

/**
 * A session description (RFC 8866 §5). Immutable.
 *
 * `lines` are those of the session level, `v=` first; each media description holds its own. To edit one, edit its text and parse it.
 */
export class SessionDescription extends SdpSection {
  readonly origin: Origin;
  /** The c= line of the session level, which media descriptions without one inherit. */
  readonly connection: Connection | undefined;
  readonly media: readonly MediaDescription[];

  /** @internal Applications build descriptions with createOffer() or parseSdp(). */
  constructor(lines: readonly string[], media: readonly MediaDescription[]) {
    super(lines);
    let origin: Origin | undefined;
    let connection: Connection | undefined;
    for (let i = 1; i < lines.length; i++) {
      const line = lines[i]!;
      const type = line[0];
      if (type === "o" && !origin) origin = parseOrigin(line, i + 1);
      else if (type === "c") connection ??= parseConnection(line, i + 1);
      else if (type === "t") checkTiming(line, i + 1);
      else if (type === "o") throw new SdpParseError("SDP_PARSE_ORIGIN", "a second o= line", i + 1);
    }
    if (!origin) throw new SdpParseError("SDP_PARSE_ORIGIN", "there is no o= line");
    this.origin = origin;
    this.connection = connection;
    this.media = media;
  }

  /** The text of the s= line; empty when the line is empty or missing, as some devices leave it. */
  get sessionName(): string {
    return this.lines.find((line) => line.startsWith("s="))?.slice(2) ?? "";
  }
}

function checkTiming(line: string, lineNumber: number): void {
  const fields = splitFields(line, 2);
  if (fields.length !== 2 || !isDigits(fields[0]!) || !isDigits(fields[1]!)) {
    throw new SdpParseError("SDP_PARSE_TIMING", `t= is not "start stop": ${quote(line)}`, lineNumber);
  }
}
