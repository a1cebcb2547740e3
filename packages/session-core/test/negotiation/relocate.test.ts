import { CodecRegistry, createMediaEngine, type MediaSessionUser } from "@sidetone/media-core";
import { LocalAudio, type LocalAudioOptions } from "@sidetone/session-core";
import { virtualEnvironment } from "@sidetone/testkit";
import { describe, expect, onTestFinished, test } from "vitest";

const deaf: MediaSessionUser = { onDtmf() {}, onQuality() {}, onMediaActive() {}, onMediaTimeout() {}, onMediaError() {} };
const [old, next, peer] = ["10.0.0.1", "10.0.0.9", "10.0.0.2"];

function setUp({ bindAddress = "0.0.0.0", ...options }: Omit<Partial<LocalAudioOptions>, "bindAddress"> & { bindAddress?: string } = {}) {
  const environment = virtualEnvironment({ host: old });
  const engine = createMediaEngine(environment);
  onTestFinished(() => engine.close());
  const registry = new CodecRegistry();
  let bound = bindAddress;
  const audio = new LocalAudio({
    environment,
    createMedia: () => engine.createSession({ localAddress: bound }, deaf),
    bindAddress: () => bound,
    registry,
    codecs: registry.codecs,
    advertisedAddress: undefined,
    peerHost: peer,
    dtmf: true,
    ptimeMs: undefined,
    attributes: [],
    ...options,
  });
  const describeIt = () => audio.describe(audio.initialTerms, { direction: "sendrecv", rtcpMux: false });
  const place = async () => {
    const { address, media } = await describeIt();
    return `${address}:${media[0].port}`;
  };
  const move = (address: string): void => {
    environment.network.setAddresses(address);
    if (bound === old) bound = address;
  };
  return { audio, place, move, environment };
}

describe("the local address of a call's audio, when the machine's addresses change", () => {
  test("on the wildcard address, is the one that reaches the peer now; the port stays", async () => {
    const { audio, place, move } = setUp();
    const before = await place();
    expect(await audio.relocate(peer)).toBe(false);
    move(next);
    expect(await audio.relocate(peer)).toBe(true);
    expect(await place()).toBe(before.replace(old, next));
    expect(await audio.relocate(peer)).toBe(false);
  });

  test("on an address that has gone, is where ports are to be bound now", async () => {
    const { audio, place, move, environment } = setUp({ bindAddress: old });
    const before = await place();
    expect(before).toContain(old);
    move(next);
    expect(await audio.relocate(peer)).toBe(true);
    expect(await place()).toContain(`${next}:`);
    expect(environment.network.openSockets).toBe(2);
  });

  test("stays what the application says that it is", async () => {
    const { audio, place, move } = setUp({ advertisedAddress: "203.0.113.7" });
    await place();
    move(next);
    expect(await audio.relocate(peer)).toBe(false);
    expect(await place()).toContain("203.0.113.7:");
  });

  test("is not looked for before it was needed, and nowhere when there is no way to the peer", async () => {
    const { audio, place, environment } = setUp();
    expect(await audio.relocate(peer)).toBe(false);
    expect(environment.network.openSockets).toBe(0);
    await place();
    environment.network.setAddresses();
    await expect(audio.relocate(peer)).rejects.toMatchObject({ code: "NETWORK_UNREACHABLE" });
  });
});
