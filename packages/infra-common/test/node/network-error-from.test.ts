import { describe, expect, test } from "vitest";
import { NetworkError } from "@sidetone/infra-common";
import { networkErrorFrom } from "../../src/node/network-error-from.ts";

const systemError = (code: string) => Object.assign(new Error(`bind ${code}`), { code });

describe("networkErrorFrom", () => {
  test.each([
    ["EADDRINUSE", "NETWORK_ADDRESS_IN_USE"],
    ["EADDRNOTAVAIL", "NETWORK_ADDRESS_UNAVAILABLE"],
    ["EAFNOSUPPORT", "NETWORK_ADDRESS_UNAVAILABLE"],
    ["EACCES", "NETWORK_PERMISSION_DENIED"],
    ["ECONNREFUSED", "NETWORK_CONNECTION_REFUSED"],
    ["ETIMEDOUT", "NETWORK_CONNECTION_TIMEOUT"],
    ["EHOSTUNREACH", "NETWORK_UNREACHABLE"],
    ["ENETUNREACH", "NETWORK_UNREACHABLE"],
    ["EMSGSIZE", "NETWORK_MESSAGE_TOO_LONG"],
    ["ENOTFOUND", "NETWORK_NAME_NOT_FOUND"],
    ["EAI_AGAIN", "NETWORK_NAME_NOT_FOUND"],
    ["ECONNRESET", "NETWORK_FAILED"],
    ["EUNHEARDOF", "NETWORK_FAILED"],
  ])("%s is %s, with what failed, what it means and the system's error as cause", (errno, code) => {
    const cause = systemError(errno);
    const error = networkErrorFrom(cause, "Cannot bind UDP 127.0.0.1:5060");
    expect(error).toMatchObject({ name: "NetworkError", code, cause });
    expect(error.message).toMatch(new RegExp(`^Cannot bind UDP 127\\.0\\.0\\.1:5060: .{10,} \\(${errno}\\)$`));
  });

  test("leaves an error that is explained already, and takes anything that was thrown", () => {
    const error = new NetworkError("NETWORK_FAILED", "explained");
    expect(networkErrorFrom(error, "Cannot bind")).toBe(error);
    expect(networkErrorFrom("odd", "Cannot bind").message).toBe("Cannot bind: odd");
  });
});
