import { describe, expect, test } from "vitest";
import * as sip from "@sidetone/sip-core";
import type { HeaderCodec } from "@sidetone/sip-core";

/** A field as RFC 3261 §20 prints it, and what its members are. */
type Example = readonly [codec: HeaderCodec<unknown>, text: string, values: readonly unknown[]];

const challenge =
  'Digest realm="atlanta.com", domain="sip:boxesbybob.com", qop="auth", nonce="f84f1cec41e6cbe5aea9c8e88d359", opaque="", stale=FALSE, algorithm=MD5';
const credentials =
  'Digest username="Alice", realm="atlanta.com", nonce="84a4cc6f3082121f32b42a2187831a9e", response="7587245234b3434cc3412213e5f113a5432"';

const examples: readonly Example[] = [
  [
    sip.Accept,
    "application/sdp;level=1, application/x-private, text/html",
    [{ name: "application/sdp", q: 1 }, { name: "application/x-private" }, { name: "text/html" }],
  ],
  [sip.Accept, "", []],
  [sip.Accept, "text/*;q=0.3, */*", [{ type: "text", subtype: "*", q: 0.3 }, { name: "*/*" }]],
  [sip.AcceptEncoding, "gzip", [{ token: "gzip", q: 1 }]],
  [
    sip.AcceptLanguage,
    "da, en-gb;q=0.8, en;q=0.7",
    [
      { token: "da", q: 1 },
      { token: "en-gb", q: 0.8 },
      { token: "en", q: 0.7 },
    ],
  ],
  [sip.AlertInfo, "<http://www.example.com/sounds/moo.wav>", [{ uri: { schemeSpecificPart: "//www.example.com/sounds/moo.wav" } }]],
  [sip.Allow, "INVITE, ACK, OPTIONS, CANCEL, BYE", ["INVITE", "ACK", "OPTIONS", "CANCEL", "BYE"]],
  [sip.AuthenticationInfo, 'nextnonce="47364c23432d2e131a5fb210812c"', [{ nextnonce: "47364c23432d2e131a5fb210812c" }]],
  [
    sip.Authorization,
    credentials,
    [{ isDigest: true, username: "Alice", realm: "atlanta.com", response: "7587245234b3434cc3412213e5f113a5432", qop: undefined }],
  ],
  [sip.CallId, "f81d4fae-7dec-11d0-a765-00a0c91e6bf6@biloxi.com", ["f81d4fae-7dec-11d0-a765-00a0c91e6bf6@biloxi.com"]],
  [sip.CallId, "word%ZK-!.*_+'@word`~)(><:\\/\"][?}{", ["word%ZK-!.*_+'@word`~)(><:\\/\"][?}{"]],
  [
    sip.CallInfo,
    "<http://wwww.example.com/alice/photo.jpg> ;purpose=icon,     <http://www.example.com/alice/> ;purpose=info",
    [{ uri: { scheme: "http" } }, { uri: { schemeSpecificPart: "//www.example.com/alice/" } }],
  ],
  [sip.ContentDisposition, "session", [{ token: "session" }]],
  [sip.ContentEncoding, "gzip", ["gzip"]],
  [sip.ContentLanguage, "fr, en-GB", ["fr", "en-GB"]],
  [sip.ContentLength, "349", [349]],
  [sip.ContentType, "application/sdp", [{ name: "application/sdp" }]],
  [sip.ContentType, "text/html; charset=ISO-8859-4", [{ type: "text", subtype: "html" }]],
  [sip.CSeq, "4711 INVITE", [{ sequenceNumber: 4711, method: "INVITE" }]],
  [sip.SipDate, "Sat, 13 Nov 2010 23:29:00 GMT", [Date.UTC(2010, 10, 13, 23, 29)]],
  [sip.ErrorInfo, "<sip:not-in-service-recording@atlanta.com>", [{ uri: { user: "not-in-service-recording" } }]],
  [sip.Expires, "5", [5]],
  [sip.InReplyTo, "70710@saturn.bell-tel.com, 17320@saturn.bell-tel.com", ["70710@saturn.bell-tel.com", "17320@saturn.bell-tel.com"]],
  [sip.MaxForwards, "6", [6]],
  [sip.MinExpires, "60", [60]],
  [sip.MimeVersion, "1.0", ["1.0"]],
  [sip.Organization, "Boxes by Bob", ["Boxes by Bob"]],
  [sip.Priority, "emergency", ["emergency"]],
  [
    sip.ProxyAuthenticate,
    challenge,
    [{ realm: "atlanta.com", qop: ["auth"], opaque: "", stale: false, algorithm: "MD5", nonce: "f84f1cec41e6cbe5aea9c8e88d359" }],
  ],
  [sip.ProxyAuthorization, credentials, [{ username: "Alice", algorithm: "MD5" }]],
  [sip.ProxyRequire, "foo", ["foo"]],
  [
    sip.RecordRoute,
    "<sip:server10.biloxi.com;lr>, <sip:bigbox3.site3.atlanta.com;lr>",
    [{ uri: { host: "server10.biloxi.com", lr: true } }, { uri: { host: "bigbox3.site3.atlanta.com" } }],
  ],
  [sip.ReplyTo, "Bob <sip:bob@biloxi.com>", [{ displayName: "Bob" }]],
  [sip.Require, "100rel", ["100rel"]],
  [sip.RetryAfter, "18000;duration=3600", [{ seconds: 18_000, comment: undefined }]],
  [sip.RetryAfter, "120 (I'm in a meeting)", [{ seconds: 120, comment: "I'm in a meeting" }]],
  [sip.Route, "<sip:bigbox3.site3.atlanta.com;lr>,      <sip:server10.biloxi.com;lr>", [{ uri: { lr: true } }, { uri: { lr: true } }]],
  [sip.Server, "HomeServer v2", ["HomeServer v2"]],
  [sip.Subject, "Need more boxes", ["Need more boxes"]],
  [sip.Supported, "100rel", ["100rel"]],
  [sip.Supported, "", []],
  [sip.Timestamp, "54", [{ timeSeconds: 54 }]],
  [sip.Timestamp, "54.25 .5", [{ timeSeconds: 54.25, delaySeconds: 0.5 }]],
  [sip.To, "The Operator <sip:operator@cs.columbia.edu>;tag=287447", [{ displayName: "The Operator", tag: "287447" }]],
  [sip.Unsupported, "foo", ["foo"]],
  [sip.UserAgent, "Softphone Beta1.5", ["Softphone Beta1.5"]],
  [
    sip.Warning,
    "307 isi.edu \"Session parameter 'foo' not understood\", 301 isi.edu \"Incompatible network address type 'E.164'\"",
    [{ code: 307, agent: "isi.edu", text: "Session parameter 'foo' not understood" }, { code: 301 }],
  ],
  [sip.WWWAuthenticate, challenge, [{ scheme: "Digest", domain: "sip:boxesbybob.com" }]],
  // and from the extensions
  [sip.RSeq, "988789", [988_789]],
  [sip.RAck, "776656 1 INVITE", [{ responseNumber: 776_656, sequenceNumber: 1, method: "INVITE" }]],
  [sip.Event, "presence;id=1", [{ token: "presence" }]],
  [sip.AllowEvents, "presence, dialog", ["presence", "dialog"]],
  [sip.SubscriptionState, "terminated;reason=noresource;retry-after=60", [{ token: "terminated" }]],
  [sip.ReferTo, "<sip:carol@cleveland.example.org;method=SUBSCRIBE>", [{ uri: { host: "cleveland.example.org" } }]],
  [
    sip.Replaces,
    "98732@sip.example.com  ;from-tag=r33th4x0r  ;to-tag=ff87ff;early-only",
    [{ callId: "98732@sip.example.com", fromTag: "r33th4x0r", toTag: "ff87ff", earlyOnly: true }],
  ],
  [sip.TargetDialog, "fa77as7dad8-sd98ajzz@host.example.com  ;local-tag=kkaz-;remote-tag=6544", [{ localTag: "kkaz-", remoteTag: "6544" }]],
  [sip.Reason, 'SIP ;cause=200 ;text="Call completed elsewhere", Q.850;cause=16', [{ token: "SIP" }, { token: "Q.850" }]],
  [sip.SessionExpires, "4000;refresher=uac", [{ seconds: 4000 }]],
  [sip.MinSE, "60", [{ seconds: 60 }]],
  [sip.Path, "<sip:P3.EXAMPLEHOME.COM;lr>,<sip:P1.EXAMPLEVISITED.COM;lr>", [{ uri: { lr: true } }, { uri: { lr: true } }]],
  [sip.ServiceRoute, "<sip:P2.HOME.EXAMPLE.COM;lr>", [{ uri: { host: "P2.HOME.EXAMPLE.COM" } }]],
  [
    sip.PAssertedIdentity,
    '"Cullen Jennings" <sip:fluffy@cisco.com>, tel:+14085264000',
    [{ displayName: "Cullen Jennings" }, { uri: { number: "+14085264000" } }],
  ],
];

describe("header fields as the RFCs print them", () => {
  test.each(examples.map(([codec, text, values]) => [codec.name, text, codec, values] as const))("%s: %s", (_name, text, codec, values) => {
    const isCommaList = codec.list && codec.commaSeparated !== false;
    const parsed: unknown[] = (isCommaList ? sip.splitList(text) : [text]).map((member) => codec.parse(member));
    expect(parsed).toHaveLength(values.length);
    for (const [i, value] of parsed.entries()) {
      if (typeof value === "object") expect(value).toMatchObject(values[i] as object);
      else expect(value).toBe(values[i]);
      expect(codec.parse(codec.serialize(value))).toEqual(value);
    }
  });

  test("covers every field of RFC 3261 §20", () => {
    const fields = [
      ..."Accept Accept-Encoding Accept-Language Alert-Info Allow Authentication-Info Authorization Call-ID Call-Info Contact".split(" "),
      ..."Content-Disposition Content-Encoding Content-Language Content-Length Content-Type CSeq Date Error-Info Expires From".split(" "),
      ..."In-Reply-To Max-Forwards Min-Expires MIME-Version Organization Priority Proxy-Authenticate Proxy-Authorization".split(" "),
      ..."Proxy-Require Record-Route Reply-To Require Retry-After Route Server Subject Supported Timestamp To Unsupported".split(" "),
      ..."User-Agent Via Warning WWW-Authenticate".split(" "),
    ];
    const names = new Set(Object.values(sip).flatMap((value) => (typeof value === "object" && "parse" in value ? [value.name] : [])));
    expect(fields.filter((field) => !names.has(field))).toEqual([]);
  });

  test("has the compact forms that are registered, each once", () => {
    const codecs = Object.values(sip).flatMap((value) => (typeof value === "object" && "compactName" in value ? [value] : []));
    const compact = Object.fromEntries(codecs.map((codec) => [codec.compactName, codec.name]));
    expect(compact).toEqual({
      b: "Referred-By",
      c: "Content-Type",
      e: "Content-Encoding",
      f: "From",
      i: "Call-ID",
      k: "Supported",
      l: "Content-Length",
      m: "Contact",
      o: "Event",
      r: "Refer-To",
      s: "Subject",
      t: "To",
      u: "Allow-Events",
      v: "Via",
      x: "Session-Expires",
    });
    expect(Object.keys(compact)).toHaveLength(codecs.length);
  });
});
