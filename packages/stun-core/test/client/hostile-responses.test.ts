import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BindingServer, parseStun, ShortTermVerifier, StunClient, type ShortTermCredentials } from "@sidetone/stun-core";
import { virtualEnvironment } from "@sidetone/testkit";

const server = { address: "198.51.100.1", port: 3478 };
const mapped = { address: "203.0.113.1", port: 40_000 };
const credentials: ShortTermCredentials = { type: "shortTerm", username: "evtj:h6vY", password: "VOkJxbRl1RmTxUk/WvJxBt" };

/** A request under way, the right answer to it, and what the client made of all that came. */
function setUp(options: { isSigned: boolean }) {
  const environment = virtualEnvironment();
  const sent: Uint8Array[] = [];
  const client = new StunClient(environment, { send: (data) => void sent.push(data) });
  const outcome = client
    .requestBinding(server, options.isSigned ? { credentials } : {})
    .then(({ mappedAddress }) => mappedAddress)
    .catch((error: unknown) => error);
  const authentication = new ShortTermVerifier(() => credentials.password);
  const responder = new BindingServer(options.isSigned ? { authentication } : {});
  const answer = responder.answerDatagram(sent[0]!, mapped)!;
  return { client, outcome, answer, clock: environment.clock };
}

const edits = fc.array(fc.record({ at: fc.nat(200), value: fc.integer({ min: 0, max: 255 }) }), { minLength: 1, maxLength: 4 });

function edited(bytes: Buffer, changes: readonly { at: number; value: number }[], cut: number): Buffer {
  const copy = Buffer.from(bytes);
  for (const { at, value } of changes) copy[at % copy.length] = value;
  return copy.subarray(0, copy.length - (cut % copy.length));
}

describe("responses that were changed on the way", () => {
  test("never throw, and with credentials never lead anywhere but to the right address", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(edits, fc.nat(3)), { minLength: 1, maxLength: 5 }), async (changes) => {
        const { client, outcome, answer } = setUp({ isSigned: true });
        for (const [list, cut] of changes) client.receiveDatagram(edited(answer, list, cut), server.address, server.port);
        client.receiveDatagram(answer, server.address, server.port);
        expect(await outcome).toEqual(mapped);
      }),
      { numRuns: 300 },
    );
  });

  test("without credentials pass only with a right FINGERPRINT, or with none", async () => {
    await fc.assert(
      fc.asyncProperty(edits, async (changes) => {
        const { client, outcome, answer } = setUp({ isSigned: false });
        const changed = edited(answer, changes, 0);
        client.receiveDatagram(changed, server.address, server.port);
        client.receiveDatagram(answer, server.address, server.port);
        const parsed = parseStun(changed);
        const isStripped = typeof parsed !== "string" && parsed.fingerprintOffset < 0;
        if (!isStripped) expect(await outcome).toEqual(mapped);
        else expect(await outcome).toBeDefined();
      }),
      { numRuns: 300 },
    );
  });
});
