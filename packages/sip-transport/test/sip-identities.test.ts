import { describe, expect, test } from "vitest";
import { SipIdentities } from "../src/sip-identities.ts";

const identities = (subjectAltName: string | undefined, commonName?: string, commonNameCounts = false) =>
  new SipIdentities({ subjectAltName, commonName }, commonNameCounts);

describe("whom a certificate speaks for (RFC 5922 §7.1)", () => {
  test.each([
    ["URI:sip:example.com", "example.com", true],
    ["URI:sip:Example.COM:5061", "example.com", true],
    ["URI:sip:alice@example.com", "example.com", false],
    ["URI:sips:example.com", "example.com", false],
    ["URI:https://example.com", "example.com", false],
    ["DNS:example.com", "EXAMPLE.com", true],
    ["DNS:example.com", "sip.example.com", false],
    ["DNS:*.example.com", "sip.example.com", false],
    ["DNS:*.example.com", "*.example.com", false],
    ["DNS:a.example, URI:sip:b.example", "b.example", true],
    ["DNS:a.example, URI:sip:b.example", "a.example", false],
    ["DNS:a.example, URI:sip:bob@b.example", "a.example", true],
    ["IP Address:192.0.2.1, DNS:a.example", "192.0.2.1", true],
    ["IP Address:FD00:0:0:0:0:0:0:1", "fd00::1", true],
    ["DNS:192.0.2.1", "192.0.2.1", false],
    ['DNS:"a.example\\u002c DNS:b.example"', "b.example", false],
    ['URI:"sip:a.example, DNS:b.example"', "b.example", false],
    ["email:bob@b.example, DNS:a.example", "a.example", true],
  ])("%s, for %s: %s", (text, host, covered) => {
    expect(identities(text).covers(host)).toBe(covered);
  });

  test("a CN counts when it is asked to and there is no subjectAltName", () => {
    expect(identities(undefined, "example.com").covers("example.com")).toBe(false);
    expect(identities(undefined, "example.com", true).covers("example.com")).toBe(true);
    expect(identities(undefined, "*.example.com", true).covers("a.example.com")).toBe(false);
    expect(identities("DNS:a.example", "example.com", true).covers("example.com")).toBe(false);
  });
});
