import { NetworkError, VoipError } from "@sidetone/infra-common";
import { describe, expect, test } from "vitest";
import { sessionEnd } from "@sidetone/session-core";

describe("the end of a session", () => {
  test("is called what this side meant, when this side ended it", () => {
    expect(sessionEnd({ endedBy: "local", reason: "Cancelled", statusCode: 487 }, "NoAnswer", [])).toMatchObject({
      cause: "NoAnswer",
      statusCode: 487,
    });
    expect(sessionEnd({ endedBy: "remote", reason: "Bye" }, "HungUp", [])).toMatchObject({ cause: "HungUp", endedBy: "remote" });
    expect(sessionEnd({ endedBy: "remote", reason: "Refused", statusCode: 486 }, "NoAnswer", [])).toMatchObject({ cause: "Refused" });
  });

  test("of an offer that failed for the peer's unknown name is no trouble with media", () => {
    const unknown = new NetworkError("NETWORK_NAME_NOT_FOUND", "no such name");
    const wrapped = new VoipError("DIALOG_MEDIA", "no offer", { cause: unknown });
    expect(sessionEnd({ endedBy: "local", reason: "MediaFailed", error: wrapped }, undefined, []).cause).toBe("Unreachable");
    const busy = new NetworkError("NETWORK_ADDRESS_IN_USE", "taken");
    expect(sessionEnd({ endedBy: "local", reason: "MediaFailed", error: busy }, undefined, []).cause).toBe("MediaFailed");
    expect(sessionEnd({ endedBy: "local", reason: "MediaFailed" }, undefined, []).cause).toBe("MediaFailed");
  });
});
