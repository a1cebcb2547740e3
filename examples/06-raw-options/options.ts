// Any request, any header: asks a phone or server what it can do.
//   node examples/dist/06-raw-options/options.js sip:127.0.0.1:5060
import { createClient } from "sidetone";
import { Accept, Allow, header } from "sidetone/sip";

const [requestUri = "sip:127.0.0.1:5060"] = process.argv.slice(2);

await using client = await createClient({ listen: "127.0.0.1:0" });
const response = await client.userAgent.request({
  method: "OPTIONS",
  requestUri,
  headers: [header(Accept, "application/sdp"), ["X-Team", "7"]],
});
console.log(`${response.statusCode} ${response.reasonPhrase}`);
console.log(`allows ${response.getAll(Allow).join(", ")}`);
