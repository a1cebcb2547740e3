import type { HeaderCodec } from "../header-codec.ts";
import { NameAddress } from "./name-address.ts";
import { parseNameAddress } from "./parse-name-address.ts";
import { parseDeltaSeconds, parseQualityValue } from "./numbers.ts";

/** One address of a Contact field, with its preference and lifetime (RFC 3261 §20.10). */
export class ContactAddress extends NameAddress {
  /** Preference from 0 to 1 in thousandths; undefined when absent or malformed (then 1 applies, RFC 3261 §10.2.1.2). */
  get q(): number | undefined {
    const q = this.parameters.get("q");
    return q === undefined ? undefined : parseQualityValue(q);
  }

  /** Lifetime of the binding in seconds; undefined when absent or malformed (then Expires, or the registrar's default, applies, RFC 3261 §10.2.1.1). */
  get expires(): number | undefined {
    const expires = this.parameters.get("expires");
    return expires === undefined ? undefined : parseDeltaSeconds(expires);
  }
}

/** An address, or `*`: every binding of a REGISTER that removes them (RFC 3261 §10.2.2). */
export type Contact = ContactAddress | "*";

/** Contact (RFC 3261 §20.10). */
export const Contact: HeaderCodec<Contact> = {
  name: "Contact",
  compactName: "m",
  list: true,
  parse: (text) => (text === "*" ? "*" : parseNameAddress("Contact", text, ContactAddress)),
  serialize: (contact) => contact.toString(),
};
