// Our user agent over TLS for bench/tls.mjs: node tls-agent.mjs PORT CERT KEY. It answers OPTIONS.
import { createClient } from "sidetone";

const [port, cert, key] = process.argv.slice(2);
const client = await createClient({
  listen: `127.0.0.1:${port}`,
  transports: ["TLS"],
  tls: { cert: { file: cert }, key: { file: key } },
  peers: ["127.0.0.1"],
  limits: { connections: 10_000, connectionsPerAddress: 10_000 },
  account: { uri: "sip:agent@sip.test" },
  media: "external",
});
process.on("SIGTERM", () => void client.close());
