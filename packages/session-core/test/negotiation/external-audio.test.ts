import { ExternalAudio, type ExternalMedia } from "@sidetone/session-core";
import { describe, expect, test } from "vitest";

function setUp(media: ExternalMedia): { audio: ExternalAudio; told: string[] } {
  const told: string[] = [];
  const audio = new ExternalAudio(media, {
    onOfferMade: ({ content }) => void told.push(`offered ${Buffer.from(content).toString()}`),
    onAnswerTaken: ({ content }) => void told.push(`answered ${Buffer.from(content).toString()}`),
    onNegotiated: () => void told.push("negotiated"),
  });
  return { audio, told };
}

const body = (text: string): { contentType: string; content: Buffer } => ({ contentType: "application/sdp", content: Buffer.from(text) });

describe("descriptions of the application", () => {
  test("are passed on at once where the application is quick, so that an INVITE is answered in one go", () => {
    const { audio } = setUp({ createOffer: (reason) => `offer ${reason}`, answerOffer: (offer) => `answer to ${offer}` });
    expect(audio.createOffer("initial")).toEqual(body("offer initial"));
    expect(audio.acceptOffer(body("x"))).toEqual(body("answer to x"));
    expect(audio.remoteDescription).toBe("x");
  });

  test("may take their time", async () => {
    const { audio, told } = setUp({ createOffer: () => Promise.resolve("later"), answerOffer: () => Promise.resolve("later too") });
    expect(await audio.createOffer("initial")).toEqual(body("later"));
    expect(await audio.acceptOffer(body("x"))).toEqual(body("later too"));
    expect(told).toEqual(["offered later"]);
  });

  test("that are prepared go first, once", () => {
    const { audio } = setUp({ createOffer: () => "made" });
    audio.prepare("prepared");
    expect(audio.createOffer("initial")).toEqual(body("prepared"));
    expect(audio.createOffer("modify")).toEqual(body("made"));
    audio.prepare("never");
    audio.prepare(undefined);
    expect(audio.createOffer("modify")).toEqual(body("made"));
  });

  test("are repeated by a refresh", () => {
    const { audio } = setUp({ createOffer: () => "new" });
    audio.prepare("mine");
    audio.createOffer("initial");
    expect(audio.createOffer("refresh")).toEqual(body("mine"));
  });

  test("that nobody makes are an error that says what to do", () => {
    const { audio } = setUp({});
    expect(() => audio.createOffer("initial")).toThrow(/give the offer as `sdp` or a `createOffer` function/);
    expect(() => audio.acceptOffer(body("x"))).toThrow(/give the answer as `sdp` or an `answerOffer` function/);
  });

  test("of the peer reach the application", () => {
    const heard: unknown[] = [];
    const { audio, told } = setUp({ onAnswer: (answer, kind) => heard.push([answer, kind]), onRollback: () => heard.push("rollback") });
    audio.acceptAnswer(body("a"), "provisional");
    audio.fork().acceptAnswer(body("b"), "final");
    audio.rollback();
    expect(heard).toEqual([["a", "provisional"], ["b", "final"], "rollback"]);
    expect([audio.remoteDescription, told]).toEqual(["b", ["answered a", "answered b"]]);
  });
});
