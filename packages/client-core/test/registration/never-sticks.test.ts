import { createClient, type RegistrationInfo, type RegistrationState } from "@sidetone/client-core";
import type { SipRequest } from "@sidetone/sip-core";
import { virtualEnvironment } from "@sidetone/testkit";
import fc from "fast-check";
import { expect, test } from "vitest";
import { keepFor, ScriptedRegistrar, type Answer } from "../support/scripted-registrar.ts";

const challenge = ["WWW-Authenticate", 'Digest realm="example", nonce="abc", stale=true, qop="auth"'] as const;
const retryAfter = ["Retry-After", "20"] as const;

/** What a registrar may do to a REGISTER that time may heal. */
const faults: Readonly<Record<string, (request: SipRequest) => Answer>> = {
  "says nothing": () => undefined,
  "knows no nonce of its own": () => [401, challenge],
  "is out of order": () => [500],
  "is overloaded": () => [503, retryAfter],
  "wants longer": (request) => (Number(request.getText("Expires")) % 90 > 0 ? [423, ["Min-Expires", "90"]] : keepFor(90)(request)),
  "sends elsewhere": () => [302, ["Contact", "<sip:10.0.0.77>"]],
  "keeps nothing": () => [200],
  "timed out itself": () => [408],
  "answers oddly": () => [299],
};

const step = fc.record({
  /** `works`, `is away` for as long as the step lasts, or a fault. */
  registrar: fc.constantFrom("works", "is away", ...Object.keys(faults)),
  asks: fc.constantFrom("nothing", "nothing", "register", "unregister"),
  waitMs: fc.constantFrom(0, 10, 700, 5_000, 40_000, 130_000),
});

/** The longest wait between two tries, 5 min, a transaction's 32 s, and a life of 60 s. */
const healedWithinMs = 300_000 + 32_000 + 60_000;

test("whatever a registrar does that time may heal: what is wanted is Active again in the end, and every change is one event", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), fc.nat(1000), async (steps, seed) => {
      const environment = virtualEnvironment({ host: "10.0.0.1", seed });
      const { clock, virtualNetwork } = environment;
      const registrar = await new ScriptedRegistrar(virtualEnvironment({ host: "10.0.0.9", beside: environment })).listen();
      const account = {
        uri: "sip:alice@example.com",
        registrar: "sip:10.0.0.9",
        password: "secret",
        expiresSeconds: 60,
        autoRegister: false,
      };
      const client = await createClient({ listen: "10.0.0.1:5060", environment, account });
      const changes: { from: RegistrationState; info: RegistrationInfo }[] = [];
      client.on("registrationChanged", ({ registration, previousState }) => changes.push({ from: previousState, info: registration }));
      registrar.rule = keepFor(60);
      client.account.register().catch(() => {});
      await clock.advance(10);
      let wanted = true;
      for (const { registrar: does, asks, waitMs } of steps) {
        if (does === "is away") virtualNetwork.partition("10.0.0.9");
        else virtualNetwork.heal();
        registrar.rule = does === "works" || does === "is away" ? keepFor(60) : faults[does]!;
        if (asks !== "nothing") {
          wanted = asks === "register";
          (wanted ? client.account.register() : client.account.unregister()).catch(() => {});
        }
        await clock.advance(waitMs);
      }
      virtualNetwork.heal();
      registrar.rule = keepFor(60);
      await clock.advance(healedWithinMs);
      expect(client.account.registration.state).toBe(wanted ? "Active" : "Cancelled");
      let state: RegistrationState = "Cancelled";
      for (const [index, { from, info }] of changes.entries()) {
        expect(from).toBe(state);
        if (index > 0) expect(info).not.toEqual(changes[index - 1]!.info);
        state = info.state;
      }
      expect(state).toBe(client.account.registration.state);
      await clock.advanceUntil(client.close());
      await registrar.close();
      await clock.advance(70_000);
      expect(clock.pendingTimers).toBe(0);
    }),
    { numRuns: 60 },
  );
});
