// The strangers of bench/overload.mjs: node overload-strangers.mjs REGISTRAR-PORT AGENT-PORT INVITES-PER-SECOND CONNECTIONS SECONDS. INVITEs to the agent,
// one in five to the registrar, from 200 addresses; and connections that bring no message, or half of one. Prints what was sent and answered, and how long
// after the end a stranger got another answer than 503.
import { createSocket } from "node:dgram";
import { connect } from "node:net";

const [registrarPort, agentPort, rate, connections, seconds] = process.argv.slice(2).map(Number);
const addresses = 200;
const sdp = "v=0\r\no=- 1 1 IN IP4 127.0.1.1\r\ns=-\r\nc=IN IP4 127.0.1.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n";
const answers = {};
let count = 0;

const request = (method, host, port, body = "") =>
  `${method} sip:agent@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP ${host}:${port};rport;branch=z9hG4bK${++count}.${process.pid}\r\nMax-Forwards: 70\r\n` +
  `From: <sip:mallory@${host}>;tag=${count}\r\nTo: <sip:agent@127.0.0.1>\r\nCall-ID: ${count}@${host}\r\nCSeq: 1 ${method}\r\n` +
  `Contact: <sip:mallory@${host}:${port}>\r\n${body ? "Content-Type: application/sdp\r\n" : ""}Content-Length: ${body.length}\r\n\r\n${body}`;

const sockets = await Promise.all(
  Array.from({ length: addresses }, async (_, i) => {
    const socket = createSocket({ type: "udp4", lookup: (host, options, callback) => callback(undefined, host, 4) });
    await new Promise((resolve) => socket.bind(0, `127.0.1.${i + 1}`, resolve));
    socket.on("message", (bytes) => {
      const status = bytes.toString("latin1", 8, 11);
      answers[status] = (answers[status] ?? 0) + 1;
    });
    return socket;
  }),
);

let open = 0;
for (let i = 0; i < connections; i++) {
  const socket = connect({ host: "127.0.0.1", port: agentPort, localAddress: `127.0.2.${1 + (i % 10)}` });
  socket.on("connect", () => {
    open++;
    if (i % 2) socket.write("INVITE sip:agent@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP ");
  });
  socket.on("close", () => open--);
  socket.on("error", () => {});
}
await new Promise((resolve) => setTimeout(resolve, 1500));
const openConnections = open;

const startMs = performance.now();
let sent = 0;
await new Promise((resolve) => {
  const timer = setInterval(() => {
    const dueMs = performance.now() - startMs;
    for (; sent < (rate * dueMs) / 1000; sent++) {
      const socket = sockets[sent % addresses];
      const { address, port } = socket.address();
      socket.send(request("INVITE", address, port, sdp), sent % 5 === 0 ? registrarPort : agentPort, "127.0.0.1");
    }
    if (dueMs > 1000 * seconds) {
      clearInterval(timer);
      resolve();
    }
  }, 1);
});
const endMs = performance.now();
const during = { ...answers };

const probe = createSocket("udp4");
await new Promise((resolve) => probe.bind(0, "127.0.3.1", resolve));
const recoveryMs = await new Promise((resolve) => {
  probe.on("message", (bytes) => {
    if (bytes.toString("latin1", 8, 11) !== "503") resolve(performance.now() - endMs);
  });
  const ask = () => probe.send(request("OPTIONS", "127.0.3.1", probe.address().port), agentPort, "127.0.0.1");
  ask();
  setInterval(ask, 20).unref();
  setTimeout(() => resolve(undefined), 5000).unref();
});
console.log(JSON.stringify({ sent, sentPerSecond: sent / ((endMs - startMs) / 1000), openConnections, answers: during, recoveryMs }));
process.exit();
