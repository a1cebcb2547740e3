import { onTestFinished } from "vitest";
import { createUserAgentCore, type IncomingRequest, type UserAgentCore } from "sidetone/dialog";
import { createSipTransports, type SipTransports, type SipTransportsOptions, type TransportName } from "sidetone/transport";
import { systemEnvironment } from "@sidetone/infra-common";

export interface Agent {
  readonly core: UserAgentCore;
  readonly transports: SipTransports;
  /** Requests that came in, which it has answered with 200; OPTIONS are not among them. */
  readonly requests: IncomingRequest[];
}

/** The signalling of this stack on 127.0.0.1, without media; closed at the end of the test. */
export async function openAgent(user: string, options: SipTransportsOptions = {}, listen: readonly TransportName[] = []): Promise<Agent> {
  const environment = systemEnvironment();
  const transports = createSipTransports(environment, options);
  for (const transport of listen) await transports.listen({ transport, address: "127.0.0.1", port: 0 });
  const requests: IncomingRequest[] = [];
  const core = createUserAgentCore(environment, transports, {
    user: {
      onInvite: (invite) => invite.terminate({ statusCode: 486 }),
      onRequest: (request) => {
        requests.push(request);
        const contact = request.request.getAllText("Contact").map((value) => ["Contact", value] as const);
        request.respond(200, { headers: request.request.method === "REGISTER" ? contact : [] });
      },
    },
    allowedMethods: ["REGISTER", "MESSAGE"],
    acceptedBodyTypes: ["text/plain"],
    credentials: { get: () => Promise.resolve({ username: user, password: `secret-${user}` }) },
  });
  onTestFinished(async () => {
    await core.close();
    await transports.close();
  });
  return { core, transports, requests };
}
