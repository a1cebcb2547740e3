import { createClient, type Client, type ClientOptions } from "sidetone";
import { onTestFinished } from "vitest";

/** A client of this stack on a free port of 127.0.0.1, closed at the end of the test. */
export async function openClient(options: ClientOptions = {}): Promise<Client> {
  const client = await createClient({ listen: "127.0.0.1:0", account: { uri: "sip:us@127.0.0.1" }, ...options });
  onTestFinished(() => client.close());
  return client;
}

/** `127.0.0.1:port`, where `client` takes requests, for peers that want no URI. */
export function hostPort(client: Client): string {
  const [point] = client.listeningPoints;
  return `${point!.address}:${point!.port}`;
}

/** A session description of ours where the application makes them: PCMU at a port to which nobody listens. */
export const externalSdp = [
  "v=0",
  "o=- 1 1 IN IP4 127.0.0.1",
  "s=-",
  "c=IN IP4 127.0.0.1",
  "t=0 0",
  "m=audio 9998 RTP/AVP 0",
  "a=rtpmap:0 PCMU/8000",
  "",
].join("\r\n");
