import type { HeaderCodec } from "../header-codec.ts";
import { malformed } from "./malformed.ts";
import { NameAddress } from "./name-address.ts";
import { parseNameAddress } from "./parse-name-address.ts";

interface AddressCodecOptions {
  name: string;
  compactName?: string;
  list?: boolean;
  /** Only `<uri>`, never a bare one. */
  bracketsRequired?: boolean;
}

function addressCodec({ name, compactName, list = false, bracketsRequired = false }: AddressCodecOptions): HeaderCodec<NameAddress> {
  return {
    name,
    ...(compactName && { compactName }),
    list,
    parse: (text) => parseNameAddress(name, text, NameAddress, bracketsRequired),
    serialize: (address) => address.toString(),
  };
}

function taggedAddressCodec(name: string, compactName: string): HeaderCodec<NameAddress> {
  return {
    name,
    compactName,
    list: false,
    parse(text) {
      const address = parseNameAddress(name, text, NameAddress);
      // tag-param = "tag" EQUAL token: a dialog cannot be matched by an empty one
      if (address.tag === "") throw malformed(name, "an address with a tag: the tag is empty", text);
      return address;
    },
    serialize: (address) => address.toString(),
  };
}

/** From (RFC 3261 §20.20). The tag is `value.tag`. */
export const From: HeaderCodec<NameAddress> = taggedAddressCodec("From", "f");
/** To (RFC 3261 §20.39). The tag is `value.tag`. */
export const To: HeaderCodec<NameAddress> = taggedAddressCodec("To", "t");
/** Route (RFC 3261 §20.34). */
export const Route: HeaderCodec<NameAddress> = addressCodec({ name: "Route", list: true, bracketsRequired: true });
/** Record-Route (RFC 3261 §20.30). */
export const RecordRoute: HeaderCodec<NameAddress> = addressCodec({ name: "Record-Route", list: true, bracketsRequired: true });
/** Reply-To (RFC 3261 §20.31). */
export const ReplyTo: HeaderCodec<NameAddress> = addressCodec({ name: "Reply-To" });
/** Path (RFC 3327). */
export const Path: HeaderCodec<NameAddress> = addressCodec({ name: "Path", list: true, bracketsRequired: true });
/** Service-Route (RFC 3608). */
export const ServiceRoute: HeaderCodec<NameAddress> = addressCodec({ name: "Service-Route", list: true, bracketsRequired: true });
/** Refer-To (RFC 3515 §2.1). */
export const ReferTo: HeaderCodec<NameAddress> = addressCodec({ name: "Refer-To", compactName: "r" });
/** Referred-By (RFC 3892 §3). */
export const ReferredBy: HeaderCodec<NameAddress> = addressCodec({ name: "Referred-By", compactName: "b" });
/** P-Asserted-Identity (RFC 3325 §9.1). */
export const PAssertedIdentity: HeaderCodec<NameAddress> = addressCodec({ name: "P-Asserted-Identity", list: true });
/** P-Preferred-Identity (RFC 3325 §9.2). */
export const PPreferredIdentity: HeaderCodec<NameAddress> = addressCodec({ name: "P-Preferred-Identity", list: true });
/** Alert-Info: where an alternative ring tone is (RFC 3261 §20.4). */
export const AlertInfo: HeaderCodec<NameAddress> = addressCodec({ name: "Alert-Info", list: true, bracketsRequired: true });
/** Call-Info: where more about the caller or callee is, with `purpose` (RFC 3261 §20.9). */
export const CallInfo: HeaderCodec<NameAddress> = addressCodec({ name: "Call-Info", list: true, bracketsRequired: true });
/** Error-Info: where more about the failure is (RFC 3261 §20.18). */
export const ErrorInfo: HeaderCodec<NameAddress> = addressCodec({ name: "Error-Info", list: true, bracketsRequired: true });
/** History-Info, with its `index` (RFC 7044 §5). */
export const HistoryInfo: HeaderCodec<NameAddress> = addressCodec({ name: "History-Info", list: true, bracketsRequired: true });
/** Diversion, with its `reason` (RFC 5806 §4). */
export const Diversion: HeaderCodec<NameAddress> = addressCodec({ name: "Diversion", list: true, bracketsRequired: true });
