// The registrar that can be made with npm `sip` and its digest module: node registrar-npm-sip.cjs PORT USERS. Its example keeps one nonce per
// user, that of the client after the first time, and no binding expires; here it does the work that ours does. Nonces carry their time and a
// keyed hash, each count is taken once, H(user:realm:password) is kept, comparison takes constant time, answers have a To tag, bindings expire.
const sip = require("sip");
const digest = require("sip/digest");
const { randomBytes, timingSafeEqual } = require("node:crypto");

const [port, count] = process.argv.slice(2);
const realm = "sip.test";
const nonceLifetimeMs = 300_000;
const saltDigits = 12;
const mostNonces = 50_000;
const unquoted = (text) => (text?.startsWith('"') ? text.slice(1, -1) : text);

const ha1Of = new Map(
  Array.from({ length: Number(count) }, (_, user) => [`u${user}`, digest.calculateUserRealmPasswordHash(`u${user}`, realm, "secret")]),
);
const nobody = randomBytes(16).toString("hex");
/** Addresses-of-record, and in each its bindings by contact. */
const locations = new Map();
/** The highest count of each nonce, in two generations: half of them are forgotten at a time. */
let counts = new Map();
let olderCounts = new Map();

function userOf(request) {
  const found = request.headers.authorization?.find(({ scheme, realm: named }) => /^digest$/i.test(scheme) && unquoted(named) === realm);
  if (!found) return undefined;
  const [username, nonce, uri, cnonce, response] = ["username", "nonce", "uri", "cnonce", "response"].map((name) => unquoted(found[name]));
  if (uri !== sip.stringifyUri(request.uri)) return undefined;
  const ha1 = ha1Of.get(username);
  const { nc, qop } = found;
  const expected = digest.calculateDigest({ ha1: ha1 ?? nobody, method: request.method, nonce, nc, cnonce, qop: unquoted(qop), uri });
  if (response?.length !== expected.length || !timingSafeEqual(Buffer.from(response), Buffer.from(expected)) || !ha1) return undefined;
  const madeAt = digest.extractNonceTimestamp(nonce.slice(saltDigits), realm + nonce.slice(0, saltDigits));
  if (!madeAt || Date.now() - madeAt > nonceLifetimeMs) return undefined;
  return takesCount(nonce, Number.parseInt(nc, 16)) ? username : undefined;
}

function takesCount(nonce, used) {
  if (used <= (counts.get(nonce) ?? olderCounts.get(nonce) ?? 0)) return false;
  if (counts.size >= mostNonces / 2) [olderCounts, counts] = [counts, new Map()];
  counts.set(nonce, used);
  return true;
}

function respond(request, status, reason, headers) {
  const { to } = request.headers;
  const response = sip.makeResponse(request, status, reason, { headers });
  response.headers.to = { ...to, params: { ...to.params, tag: randomBytes(6).toString("hex") } };
  sip.send(response);
}

/** Keeps what is registered; the status code of the answer. */
function save(request, location) {
  const { contact: contacts = [], expires = "3600", cseq } = request.headers;
  const callId = request.headers["call-id"];
  for (const contact of contacts) {
    const key = sip.stringifyUri(contact.uri);
    const known = location.get(key);
    if (known?.callId === callId && cseq.seq <= known.sequenceNumber) return 500;
    const seconds = Math.min(Number(contact.params.expires ?? expires), 7200);
    if (seconds === 0) location.delete(key);
    else location.set(key, { contact, callId, sequenceNumber: cseq.seq, expiresAtMs: Date.now() + seconds * 1000 });
  }
  return 200;
}

function current(location) {
  const nowMs = Date.now();
  const contacts = [];
  for (const [key, { contact, expiresAtMs }] of location) {
    if (expiresAtMs <= nowMs) location.delete(key);
    else contacts.push({ ...contact, params: { ...contact.params, expires: String(Math.ceil((expiresAtMs - nowMs) / 1000)) } });
  }
  return contacts;
}

sip.start({ port: Number(port), address: "127.0.0.1", udp: true, tcp: false }, (request) => {
  const { user } = sip.parseUri(request.headers.to.uri);
  const authorized = userOf(request);
  if (authorized === undefined) {
    const salt = randomBytes(saltDigits / 2).toString("hex"); // without it, all nonces of one millisecond are the same
    const challenge = { scheme: "Digest", realm: `"${realm}"`, nonce: `"${salt}${digest.generateNonce(realm + salt)}"`, qop: '"auth"' };
    return respond(request, 401, "Unauthorized", { "www-authenticate": [challenge] });
  }
  if (authorized !== user) return respond(request, 403, "Forbidden", {});
  const location = locations.get(user) ?? new Map();
  locations.set(user, location);
  const status = save(request, location);
  if (status !== 200) return respond(request, status, "CSeq Out Of Order", {});
  respond(request, 200, "OK", { contact: current(location), date: new Date().toUTCString() });
});
