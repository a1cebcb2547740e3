// The registrar that npm `sip` makes with its digest module, as its own example does: node registrar-npm-sip.cjs PORT USERS.
const sip = require("sip");
const digest = require("sip/digest");

const [port, count] = process.argv.slice(2);
const realm = "sip.test";
const users = new Map(Array.from({ length: Number(count) }, (_, user) => [`u${user}`, { session: { realm }, contacts: undefined }]));

sip.start({ port: Number(port), address: "127.0.0.1", udp: true, tcp: false }, (request) => {
  const name = sip.parseUri(request.headers.to.uri).user;
  const user = users.get(name);
  if (!user || !digest.authenticateRequest(user.session, request, { user: name, password: "secret" })) {
    const session = user ? user.session : { realm };
    return sip.send(digest.challenge(session, sip.makeResponse(request, 401, "Unauthorized")));
  }
  user.contacts = request.headers.contact;
  const response = sip.makeResponse(request, 200, "OK");
  response.headers.contact = request.headers.contact;
  sip.send(response);
});
