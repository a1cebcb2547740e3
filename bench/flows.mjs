// node bench/flows.mjs [--faults 20]: how long until an account is registered again after its flow has died, in virtual time: each fault comes at another
// moment between two keep-alives. Client behind a NAT, our registrar, every transport.
import { createUserAgentCore } from "sidetone/dialog";
import { createRegistrarServer } from "sidetone/registrar";
import { issueCertificate, virtualEnvironment } from "sidetone/testkit";
import { createSipTransports } from "sidetone/transport";

const at = process.argv.indexOf("--faults");
const faults = at < 0 ? 20 : Number(process.argv[at + 1]);
const ports = { UDP: 5060, TCP: 5060, TLS: 5061, WS: 80 };
const ca = issueCertificate({ commonName: "CA", isAuthority: true });
const { cert, key } = issueCertificate({ commonName: "registrar", names: ["IP:10.0.0.1"], issuer: ca });
const user = { onInvite: (invite) => invite.reject(486), onRequest: (request) => request.respond(200), isBusy: () => false };
const webSocket = { pingIntervalMs: 0 };

async function until(clock, promise) {
  let isPending = true;
  const settle = () => (isPending = false);
  promise.then(settle, settle);
  while (isPending) await clock.advance(5);
  return promise;
}

/** TLS and HTTP work in tasks of their own: time passes in small steps meanwhile. */
async function pass(clock, ms, isOver = () => false) {
  for (let passed = 0; passed < ms && !isOver(); passed += 20) await clock.advance(20);
}

async function open(transport) {
  const environment = virtualEnvironment({ host: "10.0.0.1", seed: transport });
  const { clock, virtualNetwork } = environment;
  const server = createSipTransports(environment, { tls: { cert, key }, webSocket });
  createRegistrarServer(environment, server, { domains: ["10.0.0.1"] });
  const nat = virtualNetwork.nat({ kind: "port-restricted", publicAddress: "203.0.113.7", mappingTimeoutMs: 30_000 });
  const phone = virtualEnvironment({ host: nat.host("192.168.1.10"), beside: environment, seed: transport });
  const client = createSipTransports(phone, { tls: { ca: ca.cert }, webSocket });
  await until(clock, server.listen({ transport, address: "10.0.0.1", port: ports[transport] }));
  if (transport === "UDP") await client.listen({ transport, address: "192.168.1.10", port: 5060 });
  let onChange = () => {};
  const registration = createUserAgentCore(phone, client, { user }).registration(
    {
      registrar: `sip:10.0.0.1:${ports[transport]};transport=${transport.toLowerCase()}`,
      addressOfRecord: "sip:alice@10.0.0.1",
      instanceId: "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
      regId: 1,
      keepAlive: {},
    },
    { onRegistrationChanged: () => onChange() },
  );
  registration.register();
  await pass(clock, 60_000);
  return { clock, virtualNetwork, nat, registration, listen: (listener) => (onChange = listener) };
}

/** Until the account is registered again, in seconds. */
async function recover({ clock, registration, listen }, fault, repair) {
  const fromMs = clock.now();
  let hasFailed = false;
  listen(() => {
    if (hasFailed) return;
    hasFailed = true;
    repair();
  });
  fault();
  await pass(clock, 120_000, () => hasFailed && registration.status === "Active");
  return (clock.now() - fromMs) / 1000;
}

const figures = (list) => {
  const sorted = list.toSorted((a, b) => a - b);
  return `${sorted[Math.floor(sorted.length / 2)].toFixed(1)} s  longest ${sorted.at(-1).toFixed(1)} s`;
};

for (const transport of Object.keys(ports)) {
  const phone = await open(transport);
  const { clock, virtualNetwork, nat } = phone;
  for (const [name, fault, repair] of [
    ["packets swallowed", () => virtualNetwork.partition("203.0.113.7"), () => virtualNetwork.heal()],
    ["NAT rebooted", () => nat.reboot(), () => {}],
  ]) {
    const tookSeconds = [];
    for (let i = 0; i < faults; i++) {
      await pass(clock, 60_000 + (i * 19_000) / faults);
      tookSeconds.push(await recover(phone, fault, repair));
    }
    console.log(`${transport.padEnd(4)} ${name.padEnd(18)} median ${figures(tookSeconds)}`);
  }
}
process.exit(0);
