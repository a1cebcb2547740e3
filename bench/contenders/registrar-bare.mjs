// No registrar: what node:dgram alone takes for bench/register.mjs, node registrar-bare.mjs PORT. Every REGISTER is answered at once, with as many
// bytes as by ours: a fixed challenge, or a fixed 200 when it brings credentials, around the fields of the request, which are not looked at.
import { createSocket } from "node:dgram";

const challenge = [`WWW-Authenticate: Digest realm="sip.test", nonce="${"0".repeat(56)}", qop="auth"`, "Content-Length: 0", "\r\n"].join(
  "\r\n",
);
const success = [
  "Contact: <sip:u0@127.0.0.1:50000>;expires=3600",
  "Date: Sat, 21 Nov 2026 12:00:00 GMT",
  "Supported: path, outbound",
  "Content-Length: 0",
  "\r\n",
].join("\r\n");

const socket = createSocket({
  type: "udp4",
  recvBufferSize: 4 << 20,
  sendBufferSize: 4 << 20,
  lookup: (host, _, done) => done(null, host, 4),
});
const ignored = () => {};
socket.on("message", (bytes, { address, port }) => {
  const text = bytes.latin1Slice();
  const copied = text.slice(text.indexOf("Via: "), text.indexOf("Contact: "));
  const answer = text.includes("Authorization: ")
    ? `SIP/2.0 200 OK\r\n${copied}${success}`
    : `SIP/2.0 401 Unauthorized\r\n${copied}${challenge}`;
  socket.send(Buffer.from(answer, "latin1"), port, address, ignored);
});
socket.bind(Number(process.argv[2]), "127.0.0.1");
