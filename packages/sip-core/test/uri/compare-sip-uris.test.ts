import { describe, expect, test } from "vitest";
import { parseUri } from "@sidetone/sip-core";

function areEqual(a: string, b: string): boolean {
  const forwards = parseUri(a).equals(parseUri(b));
  expect(parseUri(b).equals(parseUri(a))).toBe(forwards);
  return forwards;
}

describe("comparison of SIP URIs (RFC 3261 §19.1.4)", () => {
  test.each([
    ["sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"],
    ["sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"],
    ["sip:carol@chicago.com", "sip:carol@chicago.com;security=on"],
    ["sip:carol@chicago.com;newparam=5", "sip:carol@chicago.com;security=on"],
    [
      "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
      "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com",
    ],
    ["sip:alice@atlanta.com?subject=project%20x&priority=urgent", "sip:alice@atlanta.com?priority=urgent&subject=project%20x"],
  ])("%s equals %s, as the examples say", (a, b) => {
    expect(areEqual(a, b)).toBe(true);
  });

  test.each([
    ["SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP", "different usernames"],
    ["sip:bob@biloxi.com", "sip:bob@biloxi.com:5060", "can resolve to different ports"],
    ["sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp", "can resolve to different transports"],
    ["sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp", "can resolve to different port and transports"],
    ["sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting", "different header component"],
    ["sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4", "even though that is what the name resolves to"],
    ["sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off", "equality is not transitive"],
    ["sip:a@b", "sips:a@b", "a SIP and SIPS URI are never equivalent"],
    ["sip:a@b", "sip:b", "a URI omitting the user does not match one that has it"],
    ["sip:a:p@b", "sip:a@b", "a URI omitting the password does not match one that has it"],
    ["sip:a:p@b", "sip:a:P@b", "passwords are case-sensitive"],
    ["sip:a@b;user=ip", "sip:a@b", "user in only one never matches"],
    ["sip:a@b;ttl=1", "sip:a@b", "ttl in only one never matches"],
    ["sip:a@b;method=INVITE", "sip:a@b", "method in only one never matches"],
    ["sip:a@b;maddr=192.0.2.1", "sip:a@b", "maddr in only one never matches"],
    ["sip:a%3Bb@c", "sip:a;b@c", "an escaped reserved character is not the character"],
    ["sip:a@b?x=1&x=1", "sip:a@b?x=1", "every header counts"],
    ["sip:a@b?body=Hello", "sip:a@b?body=hello", "a body is compared with case"],
    ["sip:a@[2001:db8::1]", "sip:a@[2001:db8::2]", "other address"],
  ])("%s does not equal %s: %s", (a, b) => {
    expect(areEqual(a, b)).toBe(false);
  });

  test.each([
    ["sip:a@b;lr", "sip:a@b"],
    ["sip:a@b;X=%61", "sip:a@b;x=A"],
    ["sip:%c3%a9@b", "sip:%C3%A9@b"],
    ["sip:a@b?Subject=X", "sip:a@b?subject=x"],
    ["sip:a@[2001:DB8:0:0::1]", "sip:a@[2001:db8::0001]"],
    ["sip:a@[::ffff:192.0.2.1]", "sip:a@[::ffff:c000:201]"],
  ])("%s equals %s", (a, b) => {
    expect(areEqual(a, b)).toBe(true);
  });

  test("tells the two escaped contacts of RFC 4475 §3.1.1.4 apart", () => {
    expect(areEqual("sip:%00@host5.example.com", "sip:%00%00@host5.example.com")).toBe(false);
  });
});
