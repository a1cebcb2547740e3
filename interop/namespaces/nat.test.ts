import { fileURLToPath } from "node:url";
import { findTone } from "sidetone/media";
import { describe, expect, onTestFailed, onTestFinished, test } from "vitest";
import { audioRetry } from "../measure/expect-tone.ts";
import { readChannels } from "../measure/read-channels.ts";
import { baresipToneHz } from "../peers/baresip/baresip-config.ts";
import { kamailioDomain, passwordOf, startKamailio } from "../peers/kamailio/start-kamailio.ts";
import { NatNetwork, natNetworkProblem } from "../peers/network/nat-network.ts";
import { isInstalled } from "../peers/process/installed.ts";
import { PeerProcess } from "../peers/process/peer-process.ts";
import { ScratchFolder } from "../peers/process/scratch-folder.ts";
import { openOutsidePhone, outsidePhoneUri } from "./outside-phone.ts";

const ourToneHz = 440;
const expiresSeconds = 10;
const proxyPort = 5060;

/** Our client behind a real NAT, registered as alice at a kamailio outside. */
async function setUp() {
  const network = await NatNetwork.open();
  onTestFinished(() => network[Symbol.asyncDispose]());
  const folder = await ScratchFolder.make("nat");
  onTestFinished(() => folder[Symbol.asyncDispose]());
  const { inside, outside } = network;
  const kamailio = await startKamailio({ place: outside, port: proxyPort, locations: { phone: outsidePhoneUri(outside) } });
  onTestFinished(() => kamailio[Symbol.asyncDispose]());
  const proxy = `sip:${outside.address}:${proxyPort}`;
  const account = {
    uri: `sip:alice@${kamailioDomain}`,
    password: passwordOf("alice"),
    realm: kamailioDomain,
    registrar: `sip:${kamailioDomain}`,
  };
  const options = { listen: `${inside.address}:5060`, account: { ...account, outboundProxy: proxy, expiresSeconds } };
  const [program, args] = inside.command(process.execPath, [
    fileURLToPath(new URL("client-inside.mjs", import.meta.url)),
    JSON.stringify(options),
  ]);
  const client = new PeerProcess(program, args, {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    atMostSeconds: 110,
    input: "open",
  });
  onTestFinished(() => client[Symbol.asyncDispose]());
  onTestFailed(() => console.log(client.lastWords, kamailio.process.lastWords));
  await client.printed(registeredAt(network.publicAddress));
  const tell = (line: string): void => void client.input!.write(`${line}\n`);
  return { network, outside, client, tell, file: folder.file("ours.wav"), proxy: `${outside.address}:${proxyPort}` };
}

const registeredAt = (address: string): RegExp => new RegExp(`"Active","contact":"sip:alice@${address.replaceAll(".", "\\.")}:\\d+"`);

/** How long a recording is: baresip's ends with the last packet that it heard. */
async function durationMs(path: string): Promise<number> {
  const { sampleRate, channels } = await readChannels(path);
  return (1000 * channels[0]!.length) / sampleRate;
}

/** What sounds in the last second but one of a recording, in Hz. */
async function lastTone(path: string, channel: number): Promise<number | undefined> {
  const { sampleRate, channels } = await readChannels(path);
  const samples = channels[channel]!;
  return findTone(samples.subarray(Math.max(0, samples.length - 2 * sampleRate), samples.length - sampleRate / 2), sampleRate)?.hz;
}

const problem =
  natNetworkProblem() ?? (isInstalled("kamailio") && isInstalled("baresip") ? undefined : "apt-get install kamailio baresip-core");
if (problem) console.warn(`skipped: a client behind a real NAT (${problem})`);

describe.skipIf(problem !== undefined)(`a client behind a real NAT${problem ? ` [${problem}]` : ""}`, () => {
  test("registers with the address that the NAT gives it, calls, and both are heard", audioRetry, async () => {
    const { client, tell, file, outside } = await setUp();
    const phone = await openOutsidePhone(outside, { answers: "auto" });
    tell(`call phone 4000 ${file}`);
    await client.printed(/"talked"|"error"/, { withinMs: 30_000 });
    expect(client.stdout).not.toContain('"error"');
    expect(await lastTone(file, 1)).toBeCloseTo(baresipToneHz, 0);
    await phone.process.printed(/terminated/);
    expect(await lastTone(await phone.heard(), 0)).toBeCloseTo(ourToneHz, 0);
  });

  test.each([
    ["by the address that it registered with", false],
    ["when its NAT has got another address and forgotten its bindings", true],
  ])("is called %s, and both are heard", audioRetry, async (_when, isRebound) => {
    const { client, tell, file, network, outside, proxy } = await setUp();
    tell(`answer 4000 ${file}`);
    await client.printed(/"ready"/);
    if (isRebound) await network.rebind();
    await client.printed(registeredAt(network.publicAddress), { withinMs: (expiresSeconds + 30) * 1000 });
    const account = { domain: kamailioDomain, password: passwordOf("phone"), outboundProxy: proxy };
    const phone = await openOutsidePhone(outside, account, `sip:alice@${kamailioDomain}`);
    await client.printed(/"talked"/, { withinMs: 30_000 });
    expect(await lastTone(file, 1)).toBeCloseTo(baresipToneHz, 0);
    await phone.process.printed(/terminated/);
    expect(await lastTone(await phone.heard(), 0)).toBeCloseTo(ourToneHz, 0);
  });

  test("gets a live call's audio back after that", audioRetry, async () => {
    const { client, tell, file, network, outside } = await setUp();
    const phone = await openOutsidePhone(outside, { answers: "auto" });
    const talkMs = (expiresSeconds + 15) * 1000;
    tell(`call phone ${talkMs} ${file}`);
    await client.printed(/"talking"/, { withinMs: 30_000 });
    await network.rebind();
    await client.printed(/"talked"|"error"/, { withinMs: talkMs + 20_000 });
    expect(client.stdout).toMatch(registeredAt(network.publicAddress));
    expect(await lastTone(file, 1)).toBeCloseTo(baresipToneHz, 0);
    await phone.process.printed(/terminated/);
    const heard = await phone.heard();
    expect(await durationMs(heard)).toBeGreaterThan(talkMs / 2);
    expect(await lastTone(heard, 0)).toBeCloseTo(ourToneHz, 0);
  });
});
