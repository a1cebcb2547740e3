import { ClientError, clientErrorTable, type ClientErrorCode } from "@sidetone/client-core";
import { VoipError } from "@sidetone/infra-common";
import { describe, expect, test } from "vitest";

describe("a ClientError", () => {
  test.each(Object.entries(clientErrorTable))("%s has a category, a recovery and words for a person", (code, row) => {
    const error = new ClientError(code as ClientErrorCode, "for a developer");
    expect(error).toMatchObject({ code, ...row, name: "ClientError" });
    expect(error.userMessage).toMatch(/^[A-Z].*\.$/);
    expect(error.isRecoverable).toBe(row.recoveryAction === "Retry" || row.recoveryAction === "RetryLater");
    expect(error.isCallError).toBe(row.category === "call");
    expect(error.isAuthError).toBe(code === "AUTHENTICATION_FAILED");
    expect(VoipError.is(error, code)).toBe(true);
  });

  test("keeps the lower layers' story as its cause, and the status code", () => {
    const cause = new Error("below");
    expect(new ClientError("CALL_BUSY", "busy", { cause, statusCode: 486 })).toMatchObject({ cause, statusCode: 486 });
  });
});
