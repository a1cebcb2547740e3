import { createUserAgentCore } from "@sidetone/dialog-core";
import { SipUri, type SipResponse } from "@sidetone/sip-core";
import { createSipTransports } from "@sidetone/sip-transport";
import { virtualEnvironment } from "@sidetone/testkit";
import { describe, expect, test } from "vitest";
import { contactsOf } from "../support/phone.ts";
import { registrarScenario, type RegistrarScenario } from "../support/registrar-scenario.ts";

const setUp = registrarScenario;
const alice = SipUri.parse("sip:alice@example.com");
const instance = '+sip.instance="<urn:uuid:00000000-0000-1000-8000-000A95A0E128>"';
const supported = ["Supported: path, outbound"];
const flow = (uri: string, regId: number) => `<${uri}>;${instance};reg-id=${regId}`;

describe("Outbound registrations (RFC 5626)", () => {
  test("replace the binding of the same instance and reg-id, whatever the contact, and are marked with Require: outbound", async () => {
    const { phone, events, server } = await setUp({ flowTimerSeconds: 120 });
    const response = await phone.send({ contacts: [flow("sip:alice@10.0.0.2:1", 1)], headers: supported });
    expect([response.statusCode, response.getText("Require"), response.getText("Flow-Timer")]).toEqual([200, "outbound", "120"]);
    expect(response.getText("Contact")).toBe(`<sip:alice@10.0.0.2:1>;${instance};reg-id=1;expires=3600`);
    await phone.send({ contacts: [flow("sip:alice@10.0.0.2:2", 1)], headers: supported, callId: "restarted", cseq: 1 });
    expect(events).toEqual(["added alice@example.com sip:alice@10.0.0.2:1", "refreshed alice@example.com sip:alice@10.0.0.2:2"]);
    expect(server.registrar.lookup(alice)[0]).toMatchObject({ regId: 1, instanceId: "<urn:uuid:00000000-0000-1000-8000-000A95A0E128>" });
  });

  test("of another reg-id or another instance are further bindings, even of the same contact", async () => {
    const { phone, server } = await setUp();
    const contact = "sip:alice@10.0.0.2";
    await phone.send({ contacts: [flow(contact, 1)], headers: supported });
    await phone.send({ contacts: [flow(contact, 2)], headers: supported });
    await phone.send({ contacts: [flow(contact, 1).replace("E128", "E129")], headers: supported });
    await phone.send({ contacts: [`<${contact}>`] });
    expect(server.registrar.location.size).toBe(4);
  });

  test("end one by one with expires=0", async () => {
    const { phone } = await setUp();
    await phone.send({ contacts: [flow("sip:a@10.0.0.2", 1)], headers: supported });
    await phone.send({ contacts: [flow("sip:a@10.0.0.2", 2)], headers: supported });
    const response = await phone.send({ contacts: [flow("sip:a@10.0.0.2", 1)], headers: supported, expires: 0 });
    expect([response.getText("Require"), response.getAllText("Contact")]).toEqual([
      "outbound",
      [`${flow("sip:a@10.0.0.2", 2)};expires=3600`],
    ]);
  });

  test.each([
    ["outbound in Supported", [flow("sip:a@10.0.0.2", 1)], []],
    ["an instance", ["<sip:a@10.0.0.2>;reg-id=1"], supported],
    ["a reg-id", [`<sip:a@10.0.0.2>;${instance}`], supported],
    ["a reg-id above 0", [flow("sip:a@10.0.0.2", 0)], supported],
  ])("are ordinary ones without %s", async (_, contacts, headers) => {
    const { phone, server } = await setUp({ flowTimerSeconds: 120 });
    const response = await phone.send({ contacts, headers });
    expect([response.has("Require"), response.has("Flow-Timer")]).toEqual([false, false]);
    expect(server.registrar.lookup(alice)[0]!.isOutbound).toBe(false);
  });

  test("name one contact: 400 with a second one", async () => {
    const { phone } = await setUp();
    const contacts = [flow("sip:a@10.0.0.2", 1), flow("sip:a@10.0.0.2", 2)];
    expect((await phone.send({ contacts, headers: supported })).statusCode).toBe(400);
  });

  test("need a first hop that knows of them: 439 unless the last Path has ob", async () => {
    const { phone } = await setUp({ flowTimerSeconds: 120 });
    const through = { contacts: [flow("sip:a@10.0.0.2", 1)], vias: ["SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKedge"] };
    expect((await phone.send({ ...through, headers: supported })).statusCode).toBe(439);
    const notFirst = "Path: <sip:edge@p2.example.com;lr;ob>, <sip:p1.example.com;lr>";
    expect((await phone.send({ ...through, headers: [...supported, notFirst] })).statusCode).toBe(439);
    const path = "Path: <sip:p2.example.com;lr>, <sip:edge@p1.example.com;lr;ob>";
    const response = await phone.send({ ...through, headers: [...supported, path] });
    expect([response.statusCode, response.has("Flow-Timer")]).toEqual([200, false]);
  });

  test("end with their connection; others over it stay, and let go of it", async () => {
    const { clock, server, events, register, hangUp } = await overTcp();
    expect((await register(flow("sip:alice@10.0.0.3;transport=tcp", 1))).statusCode).toBe(200);
    expect((await register("<sip:desk@10.0.0.3;transport=tcp>")).statusCode).toBe(200);
    const { flow: connection } = server.registrar.lookup(alice)[1]!;
    expect(connection).toMatchObject({ transport: "TCP", remoteAddress: "10.0.0.3", isClosed: false });
    await hangUp();
    await clock.advance(100);
    expect(events.at(-1)).toBe("FlowFailed alice@example.com sip:alice@10.0.0.3;transport=tcp");
    const [left, ...others] = server.registrar.lookup(alice);
    expect([left!.contact, left!.flow, left!.receivedAddress, others]).toEqual([
      "sip:desk@10.0.0.3;transport=tcp",
      undefined,
      "10.0.0.3",
      [],
    ]);
  });
});

/** A user agent that registers over one TCP connection. */
async function overTcp(): Promise<RegistrarScenario & { register(contact: string): Promise<SipResponse>; hangUp(): Promise<void> }> {
  const scenario = await setUp();
  const { clock, environment } = scenario;
  const there = virtualEnvironment({ host: "10.0.0.3", beside: environment });
  const transports = createSipTransports(there);
  const core = createUserAgentCore(there, transports, { user: { onInvite: () => {} } });
  await transports.listen({ transport: "TCP", address: "10.0.0.3", port: 5060 });
  const register = (contact: string): Promise<SipResponse> =>
    clock.advanceUntil(
      core.request({
        method: "REGISTER",
        requestUri: "sip:example.com;transport=tcp",
        route: ["<sip:10.0.0.1;transport=tcp;lr>"],
        to: "sip:alice@example.com",
        from: "sip:alice@example.com",
        headers: [
          ["Contact", contact],
          ["Supported", "path, outbound"],
        ],
      }),
    );
  const hangUp = async (): Promise<void> => {
    await core.close();
    await transports.close();
  };
  return { ...scenario, register, hangUp };
}

describe("Path and Service-Route (RFC 3327, RFC 3608)", () => {
  test("keeps the Path with the binding, and shows it to the user agent", async () => {
    const { phone, server } = await setUp();
    const path = ["<sip:p2.example.com;lr>", "<sip:p1.example.com;lr>"];
    const response = await phone.send({ headers: ["Supported: path", `Path: ${path.join(", ")}`] });
    expect(response.getAllText("Path")).toEqual(path);
    expect(server.registrar.lookup(alice)[0]!.path).toEqual(path);
    expect(contactsOf(response)).toHaveLength(1);
  });

  test("refuses a Path of which a part cannot be read", async () => {
    const { phone, server } = await setUp();
    expect((await phone.send({ headers: ["Path: <sip:p2.example.com;lr>, p1"] })).statusCode).toBe(400);
    expect(server.registrar.location.size).toBe(0);
  });

  test("tells whoever registers the service route", async () => {
    const serviceRoute = ["<sip:p1.example.com;lr>", "<sip:home.example.com;lr>"];
    const { phone } = await setUp({ serviceRoute });
    expect((await phone.send()).getAllText("Service-Route")).toEqual(serviceRoute);
    expect((await phone.send({ contacts: [] })).getAllText("Service-Route")).toEqual(serviceRoute);
  });
});
