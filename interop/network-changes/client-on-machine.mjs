// A client of this stack on the machine that moves, driven by lines on standard input; what happens comes out as JSON lines.
// Arguments: the client's options as JSON. Lines: `call URI`, `hold`, `resume`, `hear`, `end`.
import { createInterface } from "node:readline";
import { createClient } from "sidetone";
import { findTone, ToneSource } from "sidetone/media";

const sampleRate = 8000;
const print = (type, fields = {}) => console.log(JSON.stringify({ type, ...fields }));

const client = await createClient(JSON.parse(process.argv[2]));
const onRegistration = ({ state, contact }) => print("registration", { state, contact });
client.on("registrationChanged", ({ registration }) => onRegistration(registration));
client.on("networkChanged", ({ change }) => print("network", change));
onRegistration(client.account.registration);

let call;
/** The last second that was heard. */
let heard = [];

async function listen() {
  for await (const { samples } of call.audio.in({ sampleRate })) heard = [...heard, ...samples].slice(-sampleRate);
}

const commands = {
  call: async (uri) => {
    call = await client.call(uri);
    void call.play(new ToneSource({ frequenciesHz: [1000] }));
    void listen();
    void call.ended.then(({ cause }) => print("ended", { cause }));
    print("connected");
  },
  hold: async () => (await call.hold(), print("held", call.holding)),
  resume: async () => (await call.resume(), print("resumed", call.holding)),
  hear: async () => {
    heard = []; // what was heard before does not count
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const samples = Int16Array.from(heard);
    const found = samples.some((sample) => Math.abs(sample) > 50) ? findTone(samples, sampleRate) : undefined;
    print("hearing", { hz: found && Math.round(found.hz), state: call.state });
  },
  end: () => client.close(),
};

for await (const line of createInterface({ input: process.stdin })) {
  const [name, ...args] = line.trim().split(" ");
  Promise.resolve(commands[name]?.(...args)).catch((error) => print("error", { message: `${error.code}: ${error.message}` }));
}
await client.close();
