import { describe, expect, test } from "vitest";
import { RawPeer } from "./support/raw-peer.ts";
import { rejection, scenario } from "./support/scenario.ts";

const challenge = 'WWW-Authenticate: Digest realm="example", nonce="abc", algorithm=SHA-256, qop="auth"';

async function challenged(account: object, headers = [challenge]): Promise<{ answers: (string | undefined)[]; error: unknown }> {
  const { alice, environments, clock, settle } = await scenario({ alice: { account: { uri: "sip:alice@10.0.0.9", ...account } } });
  const peer = await new RawPeer(environments.alice.virtualNetwork.host("10.0.0.9"), "10.0.0.1").open();
  const refused = rejection(alice.call(peer.uri));
  for (let attempt = 0; attempt < 3; attempt++) {
    await clock.advance(10);
    if (peer.requests.at(-1)?.method === "INVITE") peer.respond("INVITE", "401 Unauthorized", { headers });
    await clock.advance(10);
  }
  const error = await settle(refused);
  const answers = peer.requests.filter(({ method }) => method === "INVITE").map((request) => request.getText("Authorization"));
  await peer.close();
  return { answers, error };
}

describe("an account's password", () => {
  test("answers a challenge of its own domain once; refused again, the call fails", async () => {
    const { answers, error } = await challenged({ password: "secret" });
    expect(answers).toHaveLength(2);
    expect(answers[0]).toBeUndefined();
    expect(answers[1]).toContain('username="alice"');
    expect(answers[1]).not.toContain("secret");
    expect(error).toMatchObject({ code: "AUTHENTICATION_FAILED", statusCode: 401, isAuthError: true });
  });

  test("may be a function, which is asked only when a server asks, under another user name", async () => {
    const asked: unknown[] = [];
    const password = (query: unknown): Promise<string> => {
      asked.push(query);
      return Promise.resolve("secret");
    };
    const { answers } = await challenged({ password, username: "al" });
    expect(asked).toEqual([{ accountId: "default", realm: "example", target: "10.0.0.9", isProxy: false, algorithm: "SHA-256" }]);
    expect(answers[1]).toContain('username="al"');
  });

  test("is not given to a server of another domain", async () => {
    const { answers, error } = await challenged({ uri: "sip:alice@example.com", password: "secret" });
    expect(answers).toEqual([undefined]);
    expect(error).toMatchObject({ code: "AUTHENTICATION_FAILED" });
  });

  test("is given to anybody who asks for the configured realm, and for no other", async () => {
    expect((await challenged({ uri: "sip:alice@example.com", password: "secret", realm: "example" })).answers).toHaveLength(2);
    expect((await challenged({ password: "secret", realm: "other" })).answers).toEqual([undefined]);
  });

  test("is given to the outbound proxy, through which every request goes", async () => {
    const { answers } = await challenged({ uri: "sip:alice@example.com", password: "secret", outboundProxy: "sip:10.0.0.9" });
    expect(answers).toHaveLength(2);
  });
});
