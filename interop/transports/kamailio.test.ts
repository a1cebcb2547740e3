import { expect, onTestFailed, onTestFinished, test } from "vitest";
import { startEdge, type Edge, type EdgeOptions } from "../peers/kamailio/start-edge.ts";
import { describeWith } from "../peers/process/installed.ts";
import { authority, certificateFor } from "./certificates.ts";
import { openAgent } from "./open-agent.ts";

const tls = { ca: authority.cert };
const good = certificateFor("URI:sip:sip.test", "IP:127.0.0.1");

async function openEdge(options: Partial<EdgeOptions> = {}): Promise<Edge> {
  const edge = await startEdge({ certificate: good, authority, ...options });
  onTestFinished(() => edge[Symbol.asyncDispose]());
  onTestFailed(() => console.log(edge.process.lastWords));
  return edge;
}

const transports = ["UDP", "TCP", "TLS", "WS", "WSS"] as const;

describeWith(["kamailio"], "kamailio over every transport", () => {
  test("answers OPTIONS, takes a REGISTER with digest, and passes on a request to what has registered", async () => {
    const edge = await openEdge();
    for (const transport of transports) {
      const user = transport.toLowerCase();
      const agent = await openAgent(user, { tls }, transport === "UDP" || transport === "TCP" ? [transport] : []);
      const server = `sip:127.0.0.1:${edge.ports[transport]};transport=${user}`;
      expect((await agent.core.request({ method: "OPTIONS", requestUri: server })).statusCode, transport).toBe(200);
      const aor = `sip:${user}@sip.test`;
      const registered = await agent.core.request({
        method: "REGISTER",
        requestUri: "sip:sip.test",
        from: aor,
        to: aor,
        route: [`<${server};lr>`],
        contact: true,
        contactUser: user,
        headers: [["Expires", "60"]],
      });
      expect(registered.statusCode, transport).toBe(200);
      expect(registered.getAllText("Contact").join(), transport).toContain(`sip:${user}@`);
      const caller = await openAgent("caller", {}, ["UDP"]);
      const route = [`<sip:127.0.0.1:${edge.ports.UDP};lr>`];
      const passedOn = await caller.core.request({
        method: "MESSAGE",
        requestUri: aor,
        route,
        body: { contentType: "text/plain", content: Buffer.from("hello") },
      });
      expect(passedOn.statusCode, transport).toBe(200);
      expect(agent.requests.map(({ request }) => [request.method, Buffer.from(request.body).toString()])).toEqual([["MESSAGE", "hello"]]);
    }
  });

  test("that shows a certificate of another name, or one that nobody trusts, gets no request", async () => {
    const wrong = await openEdge({ certificate: certificateFor("DNS:other.example") });
    const agent = await openAgent("alice", { tls });
    const stranger = await openAgent("alice");
    for (const transport of ["tls", "wss"] as const) {
      const port = wrong.ports[transport === "tls" ? "TLS" : "WSS"];
      const options = { method: "OPTIONS", requestUri: `sip:127.0.0.1:${port};transport=${transport}` };
      for (const { core } of [agent, stranger]) {
        await expect(core.request(options)).rejects.toMatchObject({ cause: { code: "SIP_TRANSPORT_CERTIFICATE" } });
      }
    }
  });

  test("that asks for certificates takes ours, and nobody without one", async () => {
    const edge = await openEdge({ asksForCertificates: true });
    const { cert, key } = certificateFor("URI:sip:client.test");
    const options = { method: "OPTIONS", requestUri: `sip:127.0.0.1:${edge.ports.TLS};transport=tls` };
    const known = await openAgent("alice", { tls: { ...tls, cert, key } });
    expect((await known.core.request(options)).statusCode).toBe(200);
    const unknown = await openAgent("alice", { tls });
    await expect(unknown.core.request(options)).rejects.toMatchObject({ code: "DIALOG_UNREACHABLE" });
  });
});
