import { createClient, type AccountOptions } from "@sidetone/client-core";
import type { SipRequest } from "@sidetone/sip-core";
import { virtualEnvironment, WireLog } from "@sidetone/testkit";
import { describe, expect, onTestFailed, onTestFinished, test } from "vitest";
import { keep, ScriptedRegistrar, type Answer } from "../support/scripted-registrar.ts";

const asks = (name: string, realm: string): readonly [string, string] => [name, `Digest realm="${realm}", nonce="${realm}", qop="auth"`];
const serviceRoute = ["Service-Route", "<sip:10.0.0.8;lr>"] as const;

interface Scenario {
  account?: Partial<AccountOptions>;
  /** For which realm each asks; undefined: it does not. */
  registrarAsks?: string | undefined;
  proxyAsks?: string;
  /** Whether the registrar names the proxy. */
  isNamed?: boolean;
  requestUri?: string;
}

/** How a proxy at 10.0.0.8 was answered that wants a proof for OPTIONS, after the account has registered at 10.0.0.9. */
async function answerTo({ account, proxyAsks = "example", isNamed = true, requestUri = "sip:bob@example.com", ...asked }: Scenario = {}) {
  const registrarAsks = "registrarAsks" in asked ? asked.registrarAsks : "example";
  const environment = virtualEnvironment({ host: "10.0.0.1" });
  const { clock } = environment;
  new WireLog(environment.virtualNetwork).printOnFailure(onTestFailed);
  const open = (host: string): Promise<ScriptedRegistrar> =>
    new ScriptedRegistrar(virtualEnvironment({ host, beside: environment })).listen();
  const [proxy, registrar] = [await open("10.0.0.8"), await open("10.0.0.9")];
  registrar.rule = (request: SipRequest): Answer => {
    if (registrarAsks !== undefined && request.getText("Authorization") === undefined)
      return [401, asks("WWW-Authenticate", registrarAsks)];
    return [...keep(request)!, ...(isNamed ? [serviceRoute] : [])];
  };
  proxy.rule = (request) => (request.getText("Proxy-Authorization") === undefined ? [407, asks("Proxy-Authenticate", proxyAsks)] : [200]);
  const client = await clock.advanceUntil(
    createClient({
      environment,
      listen: "10.0.0.1:5060",
      account: { uri: "sip:alice@example.com", registrar: "sip:10.0.0.9", password: "secret", ...account },
    }),
  );
  onTestFinished(async () => {
    await clock.advanceUntil(client.close());
    await Promise.all([proxy.close(), registrar.close()]);
    await clock.advance(70_000);
    expect(clock.pendingTimers, "timers left").toBe(0);
  });
  const { statusCode } = await clock.advanceUntil(client.userAgent.request({ method: "OPTIONS", requestUri }));
  expect(proxy.requests[0]!.getText("Proxy-Authorization")).toBeUndefined();
  return statusCode;
}

describe("A proxy that the registrar has named by Service-Route (RFC 3608)", () => {
  test("gets the proof that it asks for, in the realm that the registrar has asked for", async () => {
    expect(await answerTo()).toBe(200);
  });

  test.each<[string, Scenario]>([
    ["for another realm", { proxyAsks: "other" }],
    ["where the registrar has asked for nothing", { registrarAsks: undefined }],
    ["when it is not named", { isNamed: false, requestUri: "sip:bob@10.0.0.8" }],
    ["when another realm is configured", { account: { realm: "other" }, registrarAsks: undefined }],
  ])("gets none %s", async (_when, scenario) => {
    expect(await answerTo(scenario)).toBe(407);
  });

  test("gets one for the configured realm, whatever the registrar has asked for", async () => {
    expect(await answerTo({ account: { realm: "other" }, registrarAsks: undefined, proxyAsks: "other" })).toBe(200);
  });
});
