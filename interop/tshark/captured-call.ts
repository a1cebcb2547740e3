import type { Call, Client } from "sidetone";
import { ToneSource } from "sidetone/media";
import { onTestFinished } from "vitest";
import { freePorts } from "../peers/process/free-ports.ts";
import { Capture } from "../peers/tshark/capture.ts";
import { Dissection } from "../peers/tshark/dissection.ts";
import { openClient } from "../under-test/open-client.ts";

/** More than two calls need, since ports rest for a while after a call. */
const rtpPortCount = 40;

/** Makes a call between two clients, lets `converse` fill it, hangs up, and gives what tshark saw of it. */
export async function capturedCall(
  options: { transport: "udp" | "tcp" },
  converse: (call: Call, called: Call) => Promise<void>,
): Promise<Dissection> {
  const first = await freePorts(rtpPortCount);
  const media = { rtpPorts: { first, last: first + rtpPortCount - 1 } };
  const [alice, bob] = [await openClient({ media }), await openClient({ media })];
  const sipPorts = [...alice.listeningPoints, ...bob.listeningPoints].map(({ port }) => port);
  const filter = [`portrange ${first}-${first + rtpPortCount - 1}`, ...sipPorts.map((port) => `port ${port}`)].join(" or ");
  const capture = await Capture.start(filter);
  onTestFinished(() => capture[Symbol.asyncDispose]());

  const { calling, called } = await connect(alice, bob, options.transport);
  for (const call of [calling, called]) void call.play(new ToneSource({ frequenciesHz: [440] }));
  await converse(calling, called);
  await calling.hangUp();
  await called.ended;
  await Promise.all([alice.close(), bob.close()]); // the last RTCP has gone out
  await capture.stop();
  return new Dissection(capture.file, sipPorts);
}

async function connect(alice: Client, bob: Client, transport: string): Promise<{ calling: Call; called: Call }> {
  const answered = new Promise<Call>((resolve, reject) => {
    bob.onIncoming(async (incoming) => {
      await incoming.answer().then(resolve, reject);
    });
  });
  const uri = bob.uri.replace(/;transport=.*/, "");
  return { calling: await alice.call(`${uri};transport=${transport}`), called: await answered };
}
