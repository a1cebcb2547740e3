// How much of the heap bindings take: node --expose-gc bindings-memory.mjs COUNT; prints { bindings, bytesPerBinding } as JSON. Each is that of a
// phone of its own: an address, a flow, an instance, a User-Agent.
import { systemEnvironment } from "sidetone";
import { createRegistrarServer } from "sidetone/registrar";
import { parseMessage } from "sidetone/sip";
import { createSipTransports } from "sidetone/transport";

const count = Number(process.argv[2]);
const environment = systemEnvironment();
const transports = createSipTransports(environment);
const { registrar } = createRegistrarServer(environment, transports);

class PhoneFlow {
  transport = "UDP";
  reliable = false;
  secure = false;
  localAddress = "192.0.2.1";
  localPort = 5060;
  sentBy = "192.0.2.1:5060";
  isClosed = false;
  constructor(index) {
    this.remoteAddress = Buffer.from(`10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`).toString();
    this.remotePort = 5060 + (index % 1000);
  }
}

function register(index) {
  const id = index.toString(16).padStart(12, "0");
  const flow = new PhoneFlow(index);
  const head = [
    "REGISTER sip:example.com SIP/2.0",
    `Via: SIP/2.0/UDP ${flow.remoteAddress}:${flow.remotePort};branch=z9hG4bK${id};rport`,
    "Max-Forwards: 70",
    `From: "User ${index}" <sip:user${index}@example.com>;tag=${id}`,
    `To: "User ${index}" <sip:user${index}@example.com>`,
    `Call-ID: ${id}-${id}-${id}@${flow.remoteAddress}`,
    "CSeq: 4711 REGISTER",
    `Contact: <sip:user${index}@${flow.remoteAddress}:${flow.remotePort};transport=udp>;+sip.instance="<urn:uuid:00000000-0000-1000-8000-${id}>";audio`,
    "Expires: 3600",
    "Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY, MESSAGE, SUBSCRIBE, INFO",
    "User-Agent: Example Phone 1.2.3 (hardware 4)",
    "Content-Length: 0",
    "\r\n",
  ].join("\r\n");
  const { statusCode } = registrar.register(parseMessage(Buffer.from(head)), flow);
  if (statusCode !== 200) throw new Error(`${statusCode}`);
}

function heapBytes() {
  for (let round = 0; round < 3; round++) globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

for (let index = count; index < count + 1000; index++) register(index); // what is compiled and cached is not the bindings'
const before = heapBytes();
for (let index = 0; index < count; index++) register(index);
console.log(JSON.stringify({ bindings: count, bytesPerBinding: Math.round((heapBytes() - before) / count) }));
await registrar.close();
process.exit();
