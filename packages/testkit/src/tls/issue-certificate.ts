import { createPrivateKey, generateKeyPairSync, sign, type KeyObject } from "node:crypto";

/** What a certificate is to say. */
export interface CertificateParts {
  commonName: string;
  /** `DNS:a.example`, `URI:sip:a.example`, `IP:127.0.0.1`. */
  names?: readonly string[];
  notBefore?: Date;
  notAfter?: Date;
  /** Who signs it. Default: itself. */
  issuer?: IssuedCertificate;
  isAuthority?: boolean;
}

/** A certificate and its private key, both in PEM. */
export interface IssuedCertificate {
  readonly commonName: string;
  readonly cert: string;
  readonly key: string;
}

/**
 * Makes an X.509 certificate with a P-256 key. For tests: nothing is written anywhere.
 *
 * @example issueCertificate({ commonName: "bob", names: ["URI:sip:example.com"], issuer: authority })
 */
export function issueCertificate({
  commonName,
  names = [],
  notBefore,
  notAfter,
  issuer,
  isAuthority = false,
}: CertificateParts): IssuedCertificate {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const signer: KeyObject = issuer ? createPrivateKey(issuer.key) : privateKey;
  const extensions = [
    ...(isAuthority ? [extension(oid(0x55, 0x1d, 0x13), sequence(tlv(0x01, Buffer.from([0xff]))))] : []),
    ...(names.length > 0 ? [extension(oid(0x55, 0x1d, 0x11), sequence(...names.map(generalName)))] : []),
  ];
  const toBeSigned = sequence(
    tlv(0xa0, tlv(0x02, Buffer.from([2]))),
    tlv(0x02, Buffer.from([1, ++lastSerial & 0xff])),
    ecdsaWithSha256,
    name(issuer?.commonName ?? commonName),
    sequence(time(notBefore ?? new Date("2020-01-01T00:00:00Z")), time(notAfter ?? new Date("2049-01-01T00:00:00Z"))),
    name(commonName),
    publicKey.export({ type: "spki", format: "der" }),
    ...(extensions.length > 0 ? [tlv(0xa3, sequence(...extensions))] : []),
  );
  const signature = sign("sha256", toBeSigned, signer);
  const certificate = sequence(toBeSigned, ecdsaWithSha256, tlv(0x03, Buffer.concat([Buffer.alloc(1), signature])));
  const lines = certificate
    .toString("base64")
    .match(/.{1,64}/g)!
    .join("\n");
  return {
    commonName,
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
  };
}

let lastSerial = 0;
const ecdsaWithSha256 = Buffer.from("300a06082a8648ce3d040302", "hex");

function tlv(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tlv(0x30, Buffer.concat(parts));
}

function oid(...bytes: readonly number[]): Buffer {
  return tlv(0x06, Buffer.from(bytes));
}

function extension(id: Buffer, value: Buffer): Buffer {
  return sequence(id, tlv(0x04, value));
}

function name(commonName: string): Buffer {
  return sequence(tlv(0x31, sequence(oid(0x55, 0x04, 0x03), tlv(0x0c, Buffer.from(commonName)))));
}

/** GeneralizedTime, `YYYYMMDDHHMMSSZ`. */
function time(date: Date): Buffer {
  return tlv(0x18, Buffer.from(`${date.toISOString().replace(/[-:T]/g, "").slice(0, 14)}Z`));
}

function generalName(text: string): Buffer {
  const [type, ...rest] = text.split(":") as [string, ...string[]];
  const value = rest.join(":");
  if (type === "IP") return tlv(0x87, Buffer.from(value.split(".").map(Number)));
  return tlv(type === "URI" ? 0x86 : 0x82, Buffer.from(value, "latin1"));
}
