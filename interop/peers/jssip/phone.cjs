// A JsSIP user agent in Node: registers, says so, answers what comes, and sends OPTIONS and MESSAGE to TARGET once registered.
// Arguments: folder of node_modules, WebSocket URL, address of record, target, file of the authority's certificate, password.
const { createRequire } = require("node:module");
const { readFileSync } = require("node:fs");
const [folder, url, aor, target, authority, password = "secret"] = process.argv.slice(2);
const load = createRequire(`${folder}/`);
const WebSocket = load("ws");

globalThis.WebSocket = class extends WebSocket {
  constructor(address, protocols) {
    super(address, protocols, { ca: readFileSync(authority) });
  }
};
const JsSIP = load("jssip");

const say = (event, fields = {}) => console.log(JSON.stringify({ event, ...fields }));
const ua = new JsSIP.UA({ sockets: [new JsSIP.WebSocketInterface(url)], uri: aor, password, register_expires: 60 });
ua.on("connected", () => say("connected"));
ua.on("registrationFailed", ({ cause, response }) => say("registrationFailed", { cause, statusCode: response?.status_code }));
ua.on("newMessage", ({ originator, request }) => originator === "remote" && say("message", { body: request.body }));
ua.on("registered", ({ response }) => {
  say("registered", { contact: response.getHeader("Contact") });
  const eventHandlers = {
    succeeded: ({ response: answer }) => say("answered", { statusCode: answer.status_code, method: answer.method }),
    failed: ({ cause }) => say("failed", { cause }),
  };
  ua.sendOptions(target, undefined, { eventHandlers });
  ua.sendMessage(target, "hello from JsSIP", { eventHandlers });
});
ua.on("disconnected", ({ error, reason }) => say("disconnected", { error: String(error), reason }));
ua.start();
