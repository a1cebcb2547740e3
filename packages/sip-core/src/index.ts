export { SipError, SipParseError, type SipErrorCode, type SipParseErrorCode } from "./errors.ts";
export type { HeaderCodec } from "./header-codec.ts";

export { Parameters } from "./grammar/parameters.ts";
export { splitList } from "./grammar/split-list.ts";

export { OtherUri } from "./uri/other-uri.ts";
export { SipUri, type SipUriOptions } from "./uri/sip-uri.ts";
export { TelUri, type TelUriOptions } from "./uri/tel-uri.ts";
export { parseUri, type Uri } from "./uri/uri.ts";

export {
  From,
  PAssertedIdentity,
  Path,
  PPreferredIdentity,
  RecordRoute,
  ReferredBy,
  ReferTo,
  ReplyTo,
  Route,
  ServiceRoute,
  To,
} from "./headers/address-codecs.ts";
export { CallId, InReplyTo } from "./headers/call-id.ts";
export { Contact, ContactAddress } from "./headers/contact.ts";
export { CSeq } from "./headers/cseq.ts";
export { ContentLength, Expires, MaxForwards, MinExpires, RSeq } from "./headers/integer-codecs.ts";
export { Accept, ContentType, MediaType } from "./headers/media-type.ts";
export { NameAddress, type NameAddressOptions } from "./headers/name-address.ts";
export { Allow, AllowEvents, ContentEncoding, Priority, ProxyRequire, Require, Supported, Unsupported } from "./headers/token-codecs.ts";
export { Via, ViaParm, type ViaOptions } from "./headers/via.ts";
