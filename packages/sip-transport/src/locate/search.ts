import { abortable, addressFamily, normaliseAddress, onAbort, type SrvRecord, type Timer } from "@sidetone/infra-common";
import type { SipUri } from "@sidetone/sip-core";
import type { SipTarget } from "../sip-target.ts";
import { SipTransportError } from "../sip-transport-error.ts";
import { isInvalidHost } from "../transport.ts";
import { defaultPorts, type TransportName } from "../transport-name.ts";
import { reachableFamilies, unreachableFamilies, type LocateContext } from "./locate-context.ts";
import { naptrText, srvText, type LocationStep } from "./location.ts";
import { pointersFrom, pointerTo, usualServices, type ServicePointer } from "./pointer.ts";
import { addressesOf, type HostAddresses } from "./server-addresses.ts";
import { orderSrvRecords } from "./srv-order.ts";
import { targetsAt, type TargetPlace } from "./targets-at.ts";
import { serviceOf, serviceOfParameter, type TransportService } from "./transport-service.ts";

/** Servers behind one SRV name that are looked up, and targets in all: nobody waits for the seventeenth. */
const maxServers = 16;
const maxTargets = 32;
/** Once the first server's addresses are known, the others have so long to come; what is late is there the next time. */
const graceMs = 300;

/** What the SRV records of one name say. */
interface SrvAnswer {
  readonly records: readonly SrvRecord[];
  /** "A Target of '.' means that the service is decidedly not available at this domain" (RFC 2782). */
  readonly isRefused: boolean;
}

/** One walk from a URI to its targets (RFC 3263 §4). `steps` takes down what happens, where somebody wants to read it. */
export class Search {
  readonly #context: LocateContext;
  readonly #uri: SipUri;
  readonly #host: string;
  readonly #signal: AbortSignal | undefined;
  readonly #steps: LocationStep[] | undefined;
  /** The last failure of the name service. */
  #failure: unknown = undefined;

  constructor(context: LocateContext, uri: SipUri, signal: AbortSignal | undefined, steps?: LocationStep[]) {
    this.#context = context;
    this.#uri = uri;
    // "we define TARGET as the value of the maddr parameter of the URI, if present, otherwise, the host value" (§4)
    this.#host = uri.maddr ?? uri.host;
    this.#signal = signal;
    this.#steps = steps;
  }

  /** @throws {SipTransportError} when there is no target. */
  async run(): Promise<readonly SipTarget[]> {
    this.#signal?.throwIfAborted();
    const host = this.#host;
    const { port } = this.#uri;
    const named = this.#namedService();
    if (isInvalidHost(host)) return [this.#targetNamed(host)];
    if (addressFamily(host)) return this.#atNumeric(host, named ?? this.#usualService());
    if (port !== undefined || isLocalName(host)) return this.#atHost(named ?? this.#usualService(), port);
    const pointers = named ? [pointerTo(named, host)] : ((await this.#fromNaptr()) ?? this.#withoutNaptr());
    return this.#behind(pointers);
  }

  /** §4.1: "If the URI specifies a transport protocol in the transport parameter, that transport protocol SHOULD be used." */
  #namedService(): TransportService | undefined {
    const { transport: parameter, scheme } = this.#uri;
    if (parameter === undefined) return undefined;
    const service = serviceOfParameter(parameter, scheme);
    if (!service || !this.#context.supports(service.transport)) throw this.#unsupported(service?.transport ?? parameter.toUpperCase());
    this.#steps?.push({ rule: "RFC 3263 §4.1", text: `The transport parameter asks for ${service.transport}.` });
    return service;
  }

  /** Such a name is that of a connection, or of nothing: the name service is not asked (RFC 6761 §6.4). */
  #targetNamed(hostName: string): SipTarget {
    const flow = this.#context.flowNamed(hostName);
    if (!flow || (!flow.secure && this.#uri.scheme === "sips"))
      throw this.#notFound(`No connection is open whose peer goes by "${hostName}"`);
    this.#steps?.push({ rule: "RFC 7118 §5", text: "The host is the name of a peer that is connected." });
    return { transport: flow.transport, address: flow.remoteAddress, port: flow.remotePort, hostName };
  }

  /** §4.1: without a transport parameter a numeric host or a port means "UDP for a SIP URI, and TCP for a SIPS URI", which is TLS. */
  #usualService(): TransportService {
    const first = serviceOf(this.#uri.scheme === "sips" ? "TLS" : "UDP");
    const service = this.#isUsable(first.transport) ? first : this.#usualServices()[0]!;
    const why = addressFamily(this.#host) ? "A numeric host" : isLocalName(this.#host) ? "A name of this site" : "A port";
    this.#steps?.push({
      rule: "RFC 3263 §4.1",
      text: `${why} and no transport parameter: ${service.transport} for ${this.#uri.scheme}.`,
    });
    return service;
  }

  #usualServices(): readonly TransportService[] {
    const services = usualServices(this.#uri.scheme, (transport) => this.#isUsable(transport));
    if (services.length > 0) return services;
    if (this.#uri.scheme === "sips") throw this.#unsupported("TLS");
    throw new SipTransportError("SIP_TRANSPORT_NOT_LISTENING", `No socket is open to reach ${this.#host} from: call listen() first`);
  }

  /** §4.2: "If TARGET is a numeric IP address, the client uses that address." */
  #atNumeric(host: string, { transport }: TransportService): readonly SipTarget[] {
    const port = this.#uri.port ?? defaultPorts[transport];
    const address = normaliseAddress(host);
    if (!this.#context.reaches(transport, addressFamily(host)!)) throw this.#notListening(transport, [address]);
    this.#steps?.push({
      rule: "RFC 3263 §4.2",
      text: `The host is an address; the port is ${this.#uri.port ? "the URI's" : `${transport}'s own`}.`,
    });
    return [{ transport, address, port, hostName: host }];
  }

  /** §4.2: "the client performs an A or AAAA record lookup of the domain name". */
  async #atHost({ transport }: TransportService, port = defaultPorts[transport]): Promise<readonly SipTarget[]> {
    const host = this.#host;
    const found = await this.#lookUp(host, transport, this.#signal);
    this.#noteAddresses(found);
    const targets = targetsAt(found.addresses, { transport, port, hostName: host });
    if (targets.length > 0) return targets;
    const others = await addressesOf(
      host,
      unreachableFamilies(this.#context, transport),
      this.#context.names,
      this.#context.environment.network,
      this.#signal,
    );
    if (others.addresses.length > 0) throw this.#notListening(transport, others.addresses);
    throw this.#notFound(`No address is known of "${host}": check its spelling and the name service`);
  }

  /** §4.1: the transports that the domain's NAPTR records offer; undefined when there are no such records. */
  async #fromNaptr(): Promise<readonly ServicePointer[] | undefined> {
    const { names, secureDomains, environment } = this.#context;
    const host = this.#host;
    const question = `NAPTR ${host}`;
    const rule = "RFC 3263 §4.1";
    this.#usualServices(); // without any transport there is nothing to ask
    try {
      const { records, source, ttlSeconds } = await names.naptr(host, this.#signal);
      const pointers = pointersFrom(records, this.#uri.scheme, (transport) => this.#isUsable(transport));
      const text =
        pointers.length > 0
          ? `The domain prefers ${pointers.map(({ service }) => service.transport).join(", then ")} of what is offered here.`
          : "No NAPTR record that applies: the usual SRV names are asked.";
      this.#steps?.push({ rule, text, question, records: records.map(naptrText), source, ttlSeconds });
      const isSecure = records.some(({ service }) => service.toUpperCase().startsWith("SIPS+"));
      if (source === "asked" && secureDomains.isDowngraded(host, isSecure)) {
        environment.logger.warn({ domain: host }, "the domain's NAPTR records named SIPS before and do not any more: a possible attack");
      }
      return pointers.length > 0 ? pointers : undefined;
    } catch (error) {
      this.#fail(error);
      this.#steps?.push({ rule, text: "No answer: as if there were no NAPTR records.", question, error });
      return undefined;
    }
  }

  #withoutNaptr(): readonly ServicePointer[] {
    return this.#usualServices().map((service) => pointerTo(service, this.#host));
  }

  /** §4.2: the servers of the first transport that SRV records are found of; without any, the host itself. */
  async #behind(pointers: readonly ServicePointer[]): Promise<readonly SipTarget[]> {
    const answers = await Promise.all(pointers.map(({ srvName }) => this.#askSrv(srvName)));
    const chosen = answers.findIndex(({ records }) => records.length > 0);
    if (chosen >= 0) return this.#atServers(pointers[chosen]!, answers[chosen]!.records);
    // "If no SRV records were found, the client performs an A or AAAA record lookup of the domain name … at the default port"
    const left = answers.findIndex(({ isRefused }) => !isRefused);
    if (left < 0) throw this.#notFound(`${this.#host} says that it offers no SIP ("." in its SRV records)`);
    const { service } = pointers[left]!;
    this.#steps?.push({ rule: "RFC 3263 §4.2", text: `No SRV records: the host itself, over ${service.transport}, at its own port.` });
    return this.#atHost(service);
  }

  async #askSrv(name: string): Promise<SrvAnswer> {
    const question = `SRV ${name}`;
    const rule = "RFC 3263 §4.2";
    try {
      const { records, source, ttlSeconds } = await this.#context.names.srv(name, this.#signal);
      // Nobody listens at port 0, and "." among others names nobody.
      const usable = records.filter(({ port, target }) => port > 0 && target !== ".");
      const isRefused = records.length > 0 && usable.length === 0;
      const text = usable.length > 0 ? "SRV records:" : isRefused ? "Not offered, say the SRV records." : "No SRV records.";
      this.#steps?.push({ rule, text, question, records: records.map(srvText), source, ttlSeconds });
      return { records: usable, isRefused };
    } catch (error) {
      this.#fail(error);
      this.#steps?.push({ rule, text: "No answer: as if there were no SRV records.", question, error });
      return { records: [], isRefused: false };
    }
  }

  async #atServers({ service, srvName }: ServicePointer, records: readonly SrvRecord[]): Promise<readonly SipTarget[]> {
    const ordered = orderSrvRecords(records, this.#context.environment.random, maxServers);
    const drawn = ordered.map(({ target, port }) => `${target}:${port}`).join(", ");
    this.#steps?.push({ rule: "RFC 2782", text: `By priority, and by weight among equals, in this order: ${drawn}.` });
    const { transport } = service;
    const found = await this.#lookUpAll(ordered, transport);
    const targets = ordered.flatMap((record, index) => {
      const { target: serverName, port, priority } = record;
      const place: TargetPlace = { transport, port, hostName: this.#host, serverName, priority };
      return targetsAt(found[index]?.addresses ?? [], place);
    });
    if (targets.length === 0)
      throw this.#notFound(`No server of ${srvName} has an address that can be reached from here over ${transport}`);
    return withoutRepetition(targets).slice(0, maxTargets);
  }

  /** The addresses of each server; undefined for those whose name service is slower than that of a better one. */
  async #lookUpAll(records: readonly SrvRecord[], transport: TransportName): Promise<readonly (HostAddresses | undefined)[]> {
    const { clock } = this.#context.environment;
    const late = new AbortController();
    const forget = onAbort(this.#signal, () => late.abort());
    const all: (HostAddresses | undefined)[] = [];
    const lookups = records.map(({ target }) => this.#lookUp(target, transport, undefined));
    let timer: Timer | undefined;
    try {
      for (const [index, lookup] of lookups.entries()) {
        const found = await abortable(lookup, late.signal).catch(() => this.#signal?.throwIfAborted());
        all.push(found ?? undefined);
        if (found) this.#noteAddresses(found);
        else this.#steps?.push({ rule: "RFC 7984 §3.1", text: `${records[index]!.target} is left out: its addresses are late.` });
        if (found && found.addresses.length > 0) timer ??= clock.setTimer(graceMs, () => late.abort());
      }
      return all;
    } finally {
      timer?.cancel();
      forget();
    }
  }

  #lookUp(host: string, transport: TransportName, signal: AbortSignal | undefined): Promise<HostAddresses> {
    const { names, environment } = this.#context;
    return addressesOf(host, reachableFamilies(this.#context, transport), names, environment.network, signal);
  }

  #noteAddresses({ questions }: HostAddresses): void {
    for (const { question, answer, error } of questions) {
      const rule = "RFC 3263 §4.2";
      if (answer) this.#steps?.push({ rule, text: "Addresses of the host:", question, ...answer });
      else {
        this.#failure = error;
        this.#steps?.push({ rule, text: "No answer.", question, error });
      }
    }
  }

  /** Supported, and with a socket open where it needs one. */
  #isUsable(transport: TransportName): boolean {
    const { supports, reaches } = this.#context;
    return supports(transport) && (reaches(transport, 4) || reaches(transport, 6));
  }

  /** A failure of the name service is not the end; an abort is. */
  #fail(error: unknown): void {
    this.#signal?.throwIfAborted();
    this.#failure = error;
  }

  #unsupported(transport: string): SipTransportError {
    const why =
      this.#uri.scheme === "sips" && transport === "UDP"
        ? "which cannot be secure: leave the transport out" // RFC 5630 §3.1.3
        : "which this stack does not offer: use another transport";
    return new SipTransportError("SIP_TRANSPORT_UNSUPPORTED", `${this.#uri} asks for ${transport}, ${why}`);
  }

  #notListening(transport: TransportName, addresses: readonly string[]): SipTransportError {
    return new SipTransportError(
      "SIP_TRANSPORT_NOT_LISTENING",
      `No ${transport} socket of the address family of ${addresses.join(", ")} is open: call listen() for that family first`,
    );
  }

  #notFound(message: string): SipTransportError {
    return new SipTransportError("SIP_TRANSPORT_NAME_NOT_FOUND", message, { cause: this.#failure });
  }
}

/**
 * `localhost` and its like (RFC 6761 §6.3), names of multicast DNS (RFC 6762 §3), and those without a dot, which a search domain completes:
 * the domain name system knows no services of them, and to ask it would only cost time.
 */
function isLocalName(host: string): boolean {
  return !host.includes(".") || /\.(?:localhost|local)$/i.test(host);
}

/** Each place once, at its best. */
function withoutRepetition(targets: readonly SipTarget[]): SipTarget[] {
  const places = new Set<string>();
  return targets.filter(({ address, port }) => {
    const place = `${address} ${port}`;
    return places.has(place) ? false : places.add(place);
  });
}
