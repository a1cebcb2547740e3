import { failureEffect } from "@sidetone/dialog-core";
import { describe, expect, test } from "vitest";

describe("What the failure of a request within a dialog ends (RFC 5057 §5.1, RFC 3261 §12.2.1.2)", () => {
  test.each([404, 410, 416, 482, 483, 484, 485, 502, 604])("%i ends the dialog", (statusCode) => {
    expect(failureEffect("INFO", statusCode)).toBe("dialog");
  });

  test.each([481, 489])("%i ends the usage", (statusCode) => {
    expect(failureEffect("INFO", statusCode)).toBe("usage");
  });

  test.each([400, 401, 403, 407, 413, 415, 420, 422, 423, 486, 487, 488, 491, 493, 500, 503, 504, 513, 580, 600, 603, 606])(
    "%i fails the transaction only",
    (statusCode) => {
      expect(failureEffect("INVITE", statusCode)).toBe("transaction");
    },
  );

  test.each([405, 480, 501])("%i ends the usage when the usage cannot do without the method", (statusCode) => {
    expect(failureEffect("INVITE", statusCode)).toBe("usage");
    expect(failureEffect("INFO", statusCode)).toBe("transaction");
  });

  test("408, or no response at all, ends the usage that the request belongs to", () => {
    expect(failureEffect("INVITE", 408)).toBe("usage");
    expect(failureEffect("INFO", 408)).toBe("usage");
    expect(failureEffect("OPTIONS", 408)).toBe("transaction");
  });
});
