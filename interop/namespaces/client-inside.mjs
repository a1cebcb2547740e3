// A client of this stack that runs in a network namespace of its own and is driven by lines on standard input. What happens comes out as JSON lines.
// Arguments: the client's options as JSON. Lines: `call URI MILLISECONDS FILE`, `answer MILLISECONDS FILE`, `end`.
import { createInterface } from "node:readline";
import { createClient } from "sidetone";
import { ToneSource } from "sidetone/media";

const toneHz = 440;
const print = (type, fields = {}) => console.log(JSON.stringify({ type, ...fields }));

const client = await createClient(JSON.parse(process.argv[2]));
const onRegistration = ({ state, contact }) => print("registration", { state, contact });
client.on("registrationChanged", ({ registration }) => onRegistration(registration));
onRegistration(client.account.registration);

/** Plays a tone and records both sides for so long, and hangs up. */
async function talk(call, durationMs, file) {
  const recording = await call.record(file, { channels: "separate" });
  void call.play(new ToneSource({ frequenciesHz: [toneHz] }));
  print("talking");
  await new Promise((resolve) => setTimeout(resolve, durationMs));
  await call.hangUp();
  await recording.finished;
  print("talked");
}

const commands = {
  call: async (uri, durationMs, file) => talk(await client.call(uri), Number(durationMs), file),
  answer: (durationMs, file) => {
    client.onIncoming(async (incoming) => talk(await incoming.answer(), Number(durationMs), file));
    print("ready");
  },
  end: () => client.close(),
};

for await (const line of createInterface({ input: process.stdin })) {
  const [name, ...args] = line.trim().split(" ");
  Promise.resolve(commands[name]?.(...args)).catch((error) => print("error", { message: `${error.code}: ${error.message}` }));
}
await client.close();
