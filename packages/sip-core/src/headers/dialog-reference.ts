import { SipError } from "../errors.ts";
import { Parameters } from "../grammar/parameters.ts";
import type { HeaderCodec } from "../header-codec.ts";
import { CallId, isCallId } from "./call-id.ts";
import { malformed } from "./malformed.ts";
import { parseHeaderParameters } from "./parse-name-address.ts";

/** A dialog named by its Call-ID and tags: `98732@sip.example.com;from-tag=r33th4x0r;to-tag=ff87ff`. Immutable. */
export class DialogReference {
  readonly callId: string;
  readonly parameters: Parameters;

  /** Internal: the parts are checked. Use the codecs and {@link DialogReference.create}. */
  constructor(callId: string, parameters: Parameters) {
    this.callId = callId;
    this.parameters = parameters;
  }

  /** @throws {SipError} `SIP_HEADER_INVALID` when a part cannot be written. */
  static create(callId: string, parameters: Iterable<readonly [name: string, value?: string | number]>): DialogReference {
    if (/[;,]/.test(callId)) throw new SipError("SIP_HEADER_INVALID", "A Call-ID with ; or , cannot be referred to");
    return new DialogReference(CallId.serialize(callId), Parameters.from(parameters));
  }

  /** Replaces and Join: the tag of the one who receives the field (RFC 3891 §3). */
  get toTag(): string | undefined {
    return this.parameters.get("to-tag");
  }

  /** Replaces and Join: the other tag. */
  get fromTag(): string | undefined {
    return this.parameters.get("from-tag");
  }

  /** Replaces: only an early dialog may be replaced (RFC 3891 §3). */
  get earlyOnly(): boolean {
    return this.parameters.has("early-only");
  }

  /** Target-Dialog: the tag of its sender (RFC 4538 §7). */
  get localTag(): string | undefined {
    return this.parameters.get("local-tag");
  }

  /** Target-Dialog: the tag of its receiver. */
  get remoteTag(): string | undefined {
    return this.parameters.get("remote-tag");
  }

  /** As it goes on the wire. */
  toString(): string {
    return this.callId + this.parameters.text;
  }
}

function dialogReferenceCodec(name: string, ...requiredTags: string[]): HeaderCodec<DialogReference> {
  return {
    name,
    list: false,
    // callid *( SEMI param ), each tag exactly once
    parse(text) {
      const semicolon = text.indexOf(";");
      if (semicolon < 0) throw malformed(name, "a Call-ID with tags", text);
      const callId = text.slice(0, semicolon).trimEnd();
      const parameters = parseHeaderParameters(name, text, semicolon);
      if (!isCallId(callId) || requiredTags.some((tag) => !parameters.get(tag)))
        throw malformed(name, `a Call-ID with ${requiredTags.join(" and ")}`, text);
      return new DialogReference(callId, parameters);
    },
    serialize: (value) => value.toString(),
  };
}

/** Replaces (RFC 3891 §6.1). */
export const Replaces: HeaderCodec<DialogReference> = dialogReferenceCodec("Replaces", "to-tag", "from-tag");
/** Join (RFC 3911 §7.1). */
export const Join: HeaderCodec<DialogReference> = dialogReferenceCodec("Join", "to-tag", "from-tag");
/** Target-Dialog (RFC 4538 §7). */
export const TargetDialog: HeaderCodec<DialogReference> = dialogReferenceCodec("Target-Dialog", "local-tag", "remote-tag");
