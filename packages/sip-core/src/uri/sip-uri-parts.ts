import { Parameters } from "../grammar/parameters.ts";
import { uriHeaderSyntax, uriSyntax } from "../grammar/parameter-syntax.ts";

/** The parts of a SIP or SIPS URI as they stand on the wire. */
export interface SipUriParts {
  readonly scheme: "sip" | "sips";
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly host: string;
  readonly port: number | undefined;
  readonly parameters: Parameters;
  readonly headers: Parameters;
}

export const noParameters: Parameters = new Parameters("", uriSyntax);
export const noHeaders: Parameters = new Parameters("", uriHeaderSyntax);
