// Sends back what it hears. Call it with: npx sidetone call sip:echo@127.0.0.1:5070 --tone 440 --duration 5
//   node examples/dist/03-echo/echo.js [host:port]
import { createClient } from "sidetone";

const [listen = "127.0.0.1:5070"] = process.argv.slice(2);

const client = await createClient({ listen, account: { uri: "sip:echo@127.0.0.1" } });
process.once("SIGINT", () => void client.close());
console.log(`call ${client.uri}`);

client.onIncoming(async (incoming) => {
  const call = await incoming.answer();
  call.setEcho(true);
  const { durationMs, statistics } = await call.ended;
  console.log(`echoed ${(durationMs / 1000).toFixed(1)} s: ${statistics?.packetsReceived} packets, ${statistics?.packetsLost} lost`);
});
