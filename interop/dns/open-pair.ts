import type { AccountOptions, Client, ClientOptions } from "sidetone";
import { NodeResolver, systemClock, systemEnvironment, type Environment } from "sidetone/infra";
import { DnsServer, VirtualResolver } from "sidetone/testkit";
import { SipTrace } from "sidetone/trace";
import { onTestFailed, onTestFinished } from "vitest";
import { startTwin, type Twin, type TwinOptions } from "../peers/kamailio/start-twin.ts";
import { authority, certificateFor } from "../transports/certificates.ts";
import { openClient } from "../under-test/open-client.ts";

export type PairTransport = "UDP" | "TCP" | "TLS";

export const pairTransports: readonly PairTransport[] = ["UDP", "TCP", "TLS"];

/** A certificate of the domain, as each of the two servers shows one; the numeric name is for their Service-Route. */
const certificate = certificateFor("URI:sip:sip.test", "DNS:sip.test", "IP:127.0.0.1");

/** Two kamailios behind the SRV records of sip.test in a name server on loopback, the first preferred. */
export interface Pair {
  readonly first: Twin;
  readonly second: Twin;
  /** Asks that name server alone. */
  readonly environment: Environment;
  readonly trace: SipTrace;
  /** A client with an account at sip.test over `transport`, registered unless `account` says otherwise. */
  client(user: string, transport: PairTransport, account?: Partial<AccountOptions>, options?: ClientOptions): Promise<Client>;
  /** Another server at the place of the first one. */
  replaceFirst(options: Partial<TwinOptions>): Promise<Twin>;
  /** Requests of a method that went to a server over `transport`, without repetitions. */
  sent(method: string, to: Twin, transport: PairTransport): number;
  /** How often a server has accepted a registration over `transport`. */
  accepted(by: Twin, transport: PairTransport): number;
}

export async function openPair(options: readonly [Partial<TwinOptions>, Partial<TwinOptions>] = [{}, {}]): Promise<Pair> {
  const open = async (more: Partial<TwinOptions>): Promise<Twin> => {
    const twin = await startTwin({ certificate, ...more });
    onTestFinished(async () => {
      twin.process.signalAll("SIGKILL");
      await twin[Symbol.asyncDispose]();
    });
    onTestFailed(() => console.log(twin.process.lastWords));
    return twin;
  };
  const [first, second] = [await open(options[0]), await open(options[1])];
  const zone = new VirtualResolver(systemClock);
  const names = { UDP: "_sip._udp", TCP: "_sip._tcp", TLS: "_sips._tcp" } as const;
  for (const transport of pairTransports) {
    const servers = [first, second].map(({ ports }, index) => ({ priority: index, port: ports[transport], target: `s${index}.sip.test` }));
    zone.setSrv(`${names[transport]}.sip.test`, servers);
  }
  for (const host of ["s0.sip.test", "s1.sip.test"]) zone.setAddresses(host, ["127.0.0.1"]);
  const dns = await DnsServer.start(zone);
  onTestFinished(() => dns.close());
  const environment = systemEnvironment({ resolver: new NodeResolver({ servers: [dns.hostPort] }) });
  const trace = new SipTrace();
  onTestFinished(() => trace.stop());
  onTestFailed(() => console.log(trace.ladder()));
  return {
    first,
    second,
    environment,
    trace,
    client: (user, transport, account = {}, more = {}) =>
      openClient({
        environment,
        tls: { ca: authority.cert },
        account: {
          uri: `sip:${user}@sip.test`,
          password: `secret-${user}`,
          realm: "sip.test",
          registrar: "sip:sip.test",
          transport,
          ...account,
        },
        ...more,
      }),
    replaceFirst: (more) => open({ ...options[0], ...more, port: first.ports.UDP }),
    sent: (method, to, transport) => {
      const place = `127.0.0.1:${to.ports[transport]}`;
      const texts = trace.entries
        .filter(({ text, to: target }) => target === place && text.startsWith(`${method} `))
        .map(({ text }) => text);
      return new Set(texts).size;
    },
    accepted: (by, transport) => {
      const place = `127.0.0.1:${by.ports[transport]}`;
      return trace.entries.filter(({ text, from }) => from === place && /^SIP\/2\.0 200 [^]*^CSeq: \d+ REGISTER\r$/m.test(text)).length;
    },
  };
}
