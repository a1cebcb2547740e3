import { SipError } from "../errors.ts";
import type { HeaderCodec } from "../header-codec.ts";
import { malformed } from "./malformed.ts";

// rfc1123-date = wkday "," SP date1 SP time SP "GMT" (RFC 3261 §25.1); any other time zone is refused (RFC 4475 §3.1.2.12)
const pattern =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d{2}) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/;
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const maxMs = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

function parse(text: string): number {
  const [, day, month = "", year, hours, minutes, seconds] = pattern.exec(text) ?? [];
  const date = new Date(0);
  date.setUTCFullYear(Number(year), months.indexOf(month), Number(day));
  date.setUTCHours(Number(hours), Number(minutes), Number(seconds));
  // A day or an hour that does not exist, or the wrong day of the week, reads back as another text.
  if (Number.isNaN(date.getTime()) || date.toUTCString() !== text) throw malformed("Date", "a date as Sat, 13 Nov 2010 23:29:00 GMT", text);
  return date.getTime();
}

function serialize(dateMs: number): string {
  if (!(dateMs >= 0 && dateMs <= maxMs))
    throw new SipError("SIP_HEADER_INVALID", `Date must be from 1970 to 9999, in milliseconds: ${dateMs}`);
  return new Date(dateMs).toUTCString();
}

/** Date, as milliseconds since the Unix epoch, to the second (RFC 3261 §20.17). Named after the grammar's SIP-date, since `Date` is taken. */
export const SipDate: HeaderCodec<number> = { name: "Date", list: false, parse, serialize };
