import { addressToBytes, type NaptrRecord, type SrvRecord } from "@sidetone/infra-common";

/** Types of record (RFC 1035 §3.2.2, RFC 2782, RFC 3403). */
export const recordTypes = { A: 1, AAAA: 28, SRV: 33, NAPTR: 35 } as const;

/** Response codes (RFC 1035 §4.1.1). */
export type ResponseCode = "noError" | "serverFailure" | "nameError";
const responseCodes: Readonly<Record<ResponseCode, number>> = { noError: 0, serverFailure: 2, nameError: 3 };

/** The one question of a query. */
export interface DnsQuery {
  readonly id: number;
  readonly name: string;
  readonly type: number;
  /** The question as it came, to be repeated in the response. */
  readonly question: Buffer;
}

const headerBytes = 12;
const isResponse = 0x80;
const isAuthoritative = 0x04;
const isTruncated = 0x02;

/** Reads a query with one question (RFC 1035 §4.1); undefined for anything else. */
export function parseQuery(bytes: Buffer): DnsQuery | undefined {
  if (bytes.length < headerBytes + 5 || bytes.readUInt16BE(4) !== 1 || bytes[2]! & isResponse) return undefined;
  const labels: string[] = [];
  let position = headerBytes;
  for (let length = bytes[position]!; length > 0; length = bytes[position]!) {
    if (length > 63 || position + length + 6 > bytes.length) return undefined;
    labels.push(bytes.toString("latin1", position + 1, position + 1 + length));
    position += length + 1;
  }
  const question = bytes.subarray(headerBytes, position + 5);
  return { id: bytes.readUInt16BE(0), name: labels.join("."), type: bytes.readUInt16BE(position + 1), question };
}

/** Writes the response to `query`; of more than `longestBytes` only the head, with the sign to ask over TCP (RFC 1035 §4.2.1). */
export function writeResponse(
  query: DnsQuery,
  code: ResponseCode,
  records: readonly Buffer[],
  ttlSeconds: number,
  longestBytes: number,
): Buffer {
  const answers = records.map((data) => writeRecord(query, data, ttlSeconds));
  const bytes = Buffer.concat([header(query, code, answers.length), query.question, ...answers]);
  if (bytes.length <= longestBytes) return bytes;
  const head = Buffer.concat([header(query, code, 0), query.question]);
  head[2]! |= isTruncated;
  return head;
}

function header({ id }: DnsQuery, code: ResponseCode, answers: number): Buffer {
  const bytes = Buffer.alloc(headerBytes);
  bytes.writeUInt16BE(id, 0);
  bytes[2] = isResponse | isAuthoritative | 0x01;
  bytes[3] = 0x80 | responseCodes[code];
  bytes.writeUInt16BE(1, 4);
  bytes.writeUInt16BE(answers, 6);
  return bytes;
}

function writeRecord({ type }: DnsQuery, data: Buffer, ttlSeconds: number): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeUInt16BE(0xc000 | headerBytes, 0); // the name of the question
  bytes.writeUInt16BE(type, 2);
  bytes.writeUInt16BE(1, 4);
  bytes.writeUInt32BE(ttlSeconds, 6);
  bytes.writeUInt16BE(data.length, 10);
  return Buffer.concat([bytes, data]);
}

export function addressData(address: string): Buffer {
  return Buffer.from(addressToBytes(address)!);
}

export function srvData({ priority, weight, port, target }: SrvRecord): Buffer {
  return Buffer.concat([numbers(priority, weight, port), name(target)]);
}

export function naptrData({ order, preference, flags, service, regexp, replacement }: NaptrRecord): Buffer {
  return Buffer.concat([numbers(order, preference), ...[flags, service, regexp].map(characterString), name(replacement)]);
}

function numbers(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length);
  values.forEach((value, index) => bytes.writeUInt16BE(value, 2 * index));
  return bytes;
}

function characterString(text: string): Buffer {
  return Buffer.concat([Buffer.from([text.length]), Buffer.from(text, "latin1")]);
}

function name(text: string): Buffer {
  const labels = text.split(".").filter((label) => label !== "");
  return Buffer.concat([...labels.map(characterString), Buffer.from([0])]);
}
