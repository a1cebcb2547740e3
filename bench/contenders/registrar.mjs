// Our registrar for bench/register.mjs: node registrar.mjs PORT USERS [ALGORITHM]. Users u0, u1 … with the password "secret".
import { systemEnvironment } from "sidetone";
import { DigestServer } from "sidetone/dialog";
import { createRegistrarServer, Users } from "sidetone/registrar";
import { createSipTransports } from "sidetone/transport";

const [port, count, algorithm = "MD5"] = process.argv.slice(2);
const environment = systemEnvironment();
const transports = createSipTransports(environment);
const users = new Users("sip.test");
users.load(Array.from({ length: Number(count) }, (_, user) => `u${user}:secret`).join("\n"), "users");
const authentication = new DigestServer(environment, { realm: "sip.test", secrets: users, algorithms: [algorithm] });
createRegistrarServer(environment, transports, { authentication });
await transports.listen({ transport: "UDP", address: "127.0.0.1", port: Number(port) });
