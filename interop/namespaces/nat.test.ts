import { fileURLToPath } from "node:url";
import { findTone } from "sidetone/media";
import { describe, expect, onTestFailed, onTestFinished, test } from "vitest";
import { audioRetry } from "../measure/expect-tone.ts";
import { readChannels } from "../measure/read-channels.ts";
import { baresipToneHz } from "../peers/baresip/baresip-config.ts";
import { kamailioDomain, passwordOf, startKamailio } from "../peers/kamailio/start-kamailio.ts";
import { NatNetwork, natNetworkProblem } from "../peers/network/nat-network.ts";
import { eventually } from "../peers/process/eventually.ts";
import { isInstalled } from "../peers/process/installed.ts";
import { PeerProcess } from "../peers/process/peer-process.ts";
import { ScratchFolder } from "../peers/process/scratch-folder.ts";
import { startStunServer } from "./outside-stun-server.ts";
import { openOutsidePhone, outsidePhoneUri } from "./outside-phone.ts";

const ourToneHz = 440;
const expiresSeconds = 10;
const proxyPort = 5060;

/** Our client behind a real NAT, registered as alice at a kamailio outside. */
async function setUp({ hasStun = false } = {}) {
  const network = await NatNetwork.open();
  onTestFinished(() => network[Symbol.asyncDispose]());
  const folder = await ScratchFolder.make("nat");
  onTestFinished(() => folder[Symbol.asyncDispose]());
  const { inside, outside } = network;
  const kamailio = await startKamailio({ place: outside, port: proxyPort, locations: { phone: outsidePhoneUri(outside) } });
  onTestFinished(() => kamailio[Symbol.asyncDispose]());
  if (hasStun) await startStunServer(outside, 3478);
  const proxy = `sip:${outside.address}:${proxyPort}`;
  const account = {
    uri: `sip:alice@${kamailioDomain}`,
    password: passwordOf("alice"),
    realm: kamailioDomain,
    registrar: `sip:${kamailioDomain}`,
  };
  const options = {
    listen: `${inside.address}:5060`,
    account: { ...account, outboundProxy: proxy, expiresSeconds, ...(hasStun ? { nat: { stun: `${outside.address}:3478` } } : {}) },
  };
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

/** The ports of all Contacts that the client was registered with, in order. */
const contactPorts = ({ stdout }: PeerProcess): number[] =>
  [...stdout.matchAll(/"Active","contact":"sip:alice@[\d.]+:(\d+)/g)].map((match) => Number(match[1]));

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

type Scenario = Awaited<ReturnType<typeof setUp>>;

/** baresip calls alice, who has been told to answer; both are heard. */
async function isCalled({ client, file, outside, proxy }: Scenario): Promise<void> {
  const account = { domain: kamailioDomain, password: passwordOf("phone"), outboundProxy: proxy };
  const phone = await openOutsidePhone(outside, account, `sip:alice@${kamailioDomain}`);
  await client.printed(/"talked"/, { withinMs: 30_000 });
  expect(await lastTone(file, 1)).toBeCloseTo(baresipToneHz, 0);
  await phone.process.printed(/terminated/);
  expect(await lastTone(await phone.heard(), 0)).toBeCloseTo(ourToneHz, 0);
}

/** Alice calls baresip, and the NAT restarts meanwhile; at the end both are heard. */
async function talksThrough(restart: () => Promise<unknown>, { client, tell, file, outside }: Scenario): Promise<void> {
  const phone = await openOutsidePhone(outside, { answers: "auto" });
  const talkMs = (expiresSeconds + 15) * 1000;
  tell(`call phone ${talkMs} ${file}`);
  await client.printed(/"talking"/, { withinMs: 30_000 });
  await restart();
  await client.printed(/"talked"|"error"/, { withinMs: talkMs + 20_000 });
  expect(await lastTone(file, 1)).toBeCloseTo(baresipToneHz, 0);
  await phone.process.printed(/terminated/);
  const heard = await phone.heard();
  expect(await durationMs(heard)).toBeGreaterThan(talkMs / 2);
  expect(await lastTone(heard, 0)).toBeCloseTo(ourToneHz, 0);
}

const problem =
  natNetworkProblem() ??
  (["kamailio", "baresip", "turnserver"].every(isInstalled) ? undefined : "apt-get install kamailio baresip-core coturn");
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
    const scenario = await setUp();
    const { client, tell, file, network } = scenario;
    tell(`answer 4000 ${file}`);
    await client.printed(/"ready"/);
    if (isRebound) await network.rebind();
    await client.printed(registeredAt(network.publicAddress), { withinMs: (expiresSeconds + 30) * 1000 });
    await isCalled(scenario);
  });

  test("gets a live call's audio back after that", audioRetry, async () => {
    const scenario = await setUp();
    const { client, network } = scenario;
    await talksThrough(() => network.rebind(), scenario);
    expect(client.stdout).toMatch(registeredAt(network.publicAddress));
  });

  test("is called when its NAT has come back under the same address and maps to other ports, which STUN tells", audioRetry, async () => {
    const scenario = await setUp({ hasStun: true });
    const { client, tell, file, network } = scenario;
    tell(`answer 4000 ${file}`);
    await client.printed(/"ready"/);
    const { first, last } = await network.rebindPorts();
    expect(contactPorts(client)[0]).toBeLessThan(first);
    const isMapped = (port: number): boolean => port >= first && port <= last;
    await eventually("it is registered there", () => contactPorts(client).some(isMapped), { withinMs: (expiresSeconds + 30) * 1000 });
    await isCalled(scenario);
  });

  test("gets a live call's audio back after that, too", audioRetry, async () => {
    const scenario = await setUp({ hasStun: true });
    const { client, network } = scenario;
    await talksThrough(() => network.rebindPorts(), scenario);
    expect(contactPorts(client)[0]).not.toBe(contactPorts(client).at(-1));
  });
});
