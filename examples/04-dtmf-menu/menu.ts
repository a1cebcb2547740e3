// A menu on the keypad: 1 plays a greeting, 2 a tone, 0 hangs up; a key interrupts what plays.
//   node examples/dist/04-dtmf-menu/menu.js [host:port]   then   npx sidetone call sip:menu@127.0.0.1:5070 --dtmf 120
import { createClient } from "sidetone";
import { ToneSource } from "sidetone/media";

const [listen = "127.0.0.1:5070"] = process.argv.slice(2);

const client = await createClient({ listen, account: { uri: "sip:menu@127.0.0.1" } });
process.once("SIGINT", () => void client.close());
console.log(`call ${client.uri}`);

client.onIncoming(async (incoming) => {
  await using call = await incoming.answer();
  for await (const { digit } of call.dtmf) {
    console.log(`pressed ${digit}`);
    if (digit === "0") break;
    if (digit === "1") void call.play("examples/media/answer.wav");
    if (digit === "2") void call.play(new ToneSource({ frequenciesHz: [440], durationMs: 2000 }));
  }
});
