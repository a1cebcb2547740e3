// What node:tls can do for bench/tls.mjs: node tls-bare.mjs PORT CERT KEY. It answers whatever comes with one fixed text.
import { readFileSync } from "node:fs";
import { createServer } from "node:tls";

const [port, cert, key] = process.argv.slice(2);
const server = createServer({ cert: readFileSync(cert), key: readFileSync(key), minVersion: "TLSv1.2" }, (socket) => {
  socket.on("data", () => socket.write("SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n"));
  socket.on("error", () => {});
});
server.listen(Number(port), "127.0.0.1");
process.on("SIGTERM", () => server.close());
