import type { HeaderInput } from "@sidetone/sip-core";
import { DialogError } from "../errors.ts";

/** Methods that an INVITE usage needs and that the core answers itself. */
const coreMethods: readonly string[] = ["INVITE", "ACK", "CANCEL", "BYE", "OPTIONS"];

/** Methods of RFCs that a core knows of and refuses with 405 unless it was told to allow them; any other is 501. */
const knownMethods: ReadonlySet<string> = new Set([
  ...coreMethods,
  ...["REGISTER", "MESSAGE", "INFO", "REFER", "SUBSCRIBE", "NOTIFY", "PUBLISH", "UPDATE", "PRACK"],
]);

export interface CapabilityOptions {
  readonly userAgent?: string | undefined;
  readonly allowedMethods?: readonly string[] | undefined;
  readonly acceptedBodyTypes?: readonly string[] | undefined;
}

/**
 * What a user agent can do, as the header fields that say so (RFC 3261 §13.2.1, §11.2): made once, used in every message.
 * `Supported` lists only what runs.
 */
export class Capabilities {
  readonly methods: ReadonlySet<string>;
  readonly bodyTypes: ReadonlySet<string>;
  readonly optionTags: ReadonlySet<string> = new Set();
  readonly allow: HeaderInput;
  readonly accept: HeaderInput;
  readonly supported: HeaderInput;
  /** Product token for requests and responses; empty lists when there is none. */
  readonly userAgent: readonly HeaderInput[];
  readonly server: readonly HeaderInput[];
  /** An INVITE says what this side takes during the call. */
  readonly ofInvite: readonly HeaderInput[];
  /** So does its 2xx (RFC 3261 §13.3.1.4). */
  readonly ofSuccess: readonly HeaderInput[];
  /** The answer to OPTIONS says it all (RFC 3261 §11.2). */
  readonly ofOptions: readonly HeaderInput[];

  constructor({ userAgent, allowedMethods = [], acceptedBodyTypes = ["application/sdp"] }: CapabilityOptions) {
    const unknown = allowedMethods.find((method) => !knownMethods.has(method));
    if (unknown !== undefined) throw new DialogError("DIALOG_OPTION", `allowedMethods names a method that is not known: ${unknown}`);
    this.methods = new Set([...coreMethods, ...allowedMethods]);
    this.bodyTypes = new Set(acceptedBodyTypes.map((type) => type.toLowerCase()));
    this.allow = ["Allow", [...this.methods].join(", ")];
    this.accept = ["Accept", [...this.bodyTypes].join(", ")];
    this.supported = ["Supported", [...this.optionTags].join(", ")];
    this.userAgent = userAgent === undefined ? [] : [["User-Agent", userAgent]];
    this.server = userAgent === undefined ? [] : [["Server", userAgent]];
    const extensions = this.optionTags.size > 0 ? [this.supported] : [];
    this.ofInvite = [this.allow, ...extensions, this.accept, ...this.userAgent];
    this.ofSuccess = [this.allow, ...extensions, this.accept, ...this.server];
    this.ofOptions = [this.allow, this.accept, ["Accept-Encoding", "identity"], ["Accept-Language", "en"], this.supported];
  }

  /** The status code that refuses a request for its method (RFC 3261 §8.2.1), or undefined. */
  refusalOfMethod(method: string): 405 | 501 | undefined {
    if (this.methods.has(method)) return undefined;
    return knownMethods.has(method) ? 405 : 501;
  }
}
