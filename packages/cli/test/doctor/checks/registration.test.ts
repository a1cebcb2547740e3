import type { HeaderInput, SipRequest } from "@sidetone/sip-core";
import { expect, test } from "vitest";
import { registrationCheck } from "../../../src/doctor/checks/registration.ts";
import { codesOf, surgery, type ServerAnswer, type Surgery } from "../../support/examine.ts";

const account = { uri: "sip:alice@example.com", registrar: "sip:10.0.0.2", username: "al", password: "secret-word" };
const challenge = (algorithm: string): HeaderInput => [
  "WWW-Authenticate",
  `Digest realm="example.com", nonce="abc", algorithm=${algorithm}, qop="auth"`,
];

/** A registrar at 10.0.0.2. */
const registrarOf = ({ sipServer }: Surgery, decide: (request: SipRequest) => ServerAnswer) =>
  sipServer("UDP", "10.0.0.2", 5060, { decide });

const kept = (request: SipRequest, atMostSeconds = 3600): ServerAnswer => {
  const asked = Number(request.getText("Expires"));
  return asked === 0 ? [200] : [200, ["Contact", `${request.getText("Contact")};expires=${Math.min(asked, atMostSeconds)}`]];
};
const guarded =
  (algorithm: string, atMostSeconds?: number) =>
  (request: SipRequest): ServerAnswer =>
    request.has("Authorization") ? kept(request, atMostSeconds) : [401, challenge(algorithm)];

test("registers, tells challenge and lifetime, and takes it back (RFC 3261 §10.2.2)", async () => {
  const room = surgery();
  const requests = await registrarOf(room, guarded("SHA-256", 120));
  const findings = await room.examine(registrationCheck, { account });
  expect(codesOf(findings)).toEqual(["REGISTRATION_WORKS", "REGISTRATION_REMOVED"]);
  expect(findings[0]!.data).toMatchObject({ realms: ["example.com"], algorithms: ["SHA-256"], askedSeconds: 3600, grantedSeconds: 120 });
  expect(findings[0]!.text).toMatch(
    /^sip:alice@example\.com registers at sip:10\.0\.0\.2, after a challenge of "example\.com" for SHA-256: as sip:alice@10\.0\.0\.1:\d+ for 120 s of 3600 asked for$/,
  );
  expect(requests.map((request) => request.getText("Expires"))).toEqual(["3600", "3600", "0"]);
  expect(JSON.stringify(findings)).not.toContain("secret-word");
});

test("a registrar that wants longer registrations (423)", async () => {
  const room = surgery();
  await registrarOf(room, (request) => {
    const seconds = Number(request.getText("Expires"));
    return seconds > 0 && seconds < 90 ? [423, ["Min-Expires", "90"]] : guarded("SHA-256")(request);
  });
  const [found] = await room.examine(registrationCheck, { account: { ...account, expiresSeconds: 30 } });
  expect(found).toMatchObject({ code: "REGISTRATION_WORKS", data: { minExpiresSeconds: 90, grantedSeconds: 90 } });
  expect(found!.text).toContain("it takes nothing below 90 s (423)");
});

test("MD5 alone is weak; SHA-256 beside it is not", async () => {
  const room = surgery();
  await registrarOf(room, guarded("MD5"));
  const findings = await room.examine(registrationCheck, { account });
  expect(codesOf(findings)).toEqual(["REGISTRATION_WORKS", "REGISTRATION_WEAK_DIGEST", "REGISTRATION_REMOVED"]);
  const other = surgery();
  await registrarOf(other, (request) => (request.has("Authorization") ? kept(request) : [401, challenge("SHA-256"), challenge("MD5")]));
  expect(codesOf(await other.examine(registrationCheck, { account }))).toEqual(["REGISTRATION_WORKS", "REGISTRATION_REMOVED"]);
});

test("a registrar that asks nobody for a password", async () => {
  const room = surgery();
  await registrarOf(room, (request) => kept(request));
  const findings = await room.examine(registrationCheck, { account });
  expect(codesOf(findings)).toEqual(["REGISTRATION_WORKS", "REGISTRATION_UNPROTECTED", "REGISTRATION_REMOVED"]);
});

test("one that does not confirm the removal", async () => {
  const room = surgery();
  await registrarOf(room, (request) => (request.getText("Expires") === "0" ? [500] : guarded("SHA-256")(request)));
  expect(codesOf(await room.examine(registrationCheck, { account }))).toEqual(["REGISTRATION_WORKS", "REGISTRATION_NOT_REMOVED"]);
});

test.each([
  ["a wrong password", [401, challenge("SHA-256")], "REGISTRATION_PASSWORD_WRONG", "al here"],
  ["an address that does not exist", [404], "REGISTRATION_REFUSED", "address exists"],
  ["an address that may not register", [403], "REGISTRATION_REFUSED", "may register"],
  ["a registrar that is out of service", [503], "REGISTRATION_NO_ANSWER", "server"],
  ["a registrar that is silent", undefined, "REGISTRATION_NO_ANSWER", "server"],
] as [string, ServerAnswer, string, string][])("%s", async (_what, answer, code, advice) => {
  const room = surgery();
  await registrarOf(room, () => answer);
  const startedAtMs = room.clock.now();
  const [found, ...others] = await room.examine(registrationCheck, { account });
  expect(found).toMatchObject({ code, status: "problem", subject: account.uri });
  expect(found!.advice).toContain(advice);
  expect(others).toEqual([]);
  expect(room.clock.now() - startedAtMs).toBeLessThanOrEqual(15_000);
  expect(JSON.stringify(found)).not.toContain("secret-word");
});

test("without a password it is not tried; without an account there is nothing to say", async () => {
  const room = surgery();
  const requests = await registrarOf(room, () => [200]);
  const { password: _, ...nameless } = account;
  expect(await room.examine(registrationCheck, { account: nameless })).toMatchObject([{ code: "REGISTRATION_SKIPPED", status: "note" }]);
  expect(await room.examine(registrationCheck)).toEqual([]);
  expect(requests).toEqual([]);
});
