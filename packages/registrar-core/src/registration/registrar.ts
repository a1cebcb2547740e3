import type { Environment } from "@sidetone/infra-common";
import type { DigestServer, DigestVerdict, Refusal } from "@sidetone/dialog-core";
import { Contact, Path, Require, ServiceRoute, SipParseError, SipUri, To, type SipRequest } from "@sidetone/sip-core";
import type { Flow } from "@sidetone/sip-transport";
import { RegistrarError } from "../errors.ts";
import { Domains, type AddressOfRecord } from "../location/address-of-record.ts";
import type { Binding } from "../location/binding.ts";
import { LocationService } from "../location/location-service.ts";
import { flowIdentityOf, isDirect } from "./outbound.ts";
import { growthOf, planRegistration } from "./plan-registration.ts";
import { registrarExtensions, registrationSuccess, type RegistrationAnswer } from "./registration-answer.ts";
import { registrationLimits, type RegistrationLimits } from "./registration-limits.ts";

export interface RegistrarOptions {
  /** Who registers. Left out: anybody may register anything. */
  readonly authentication?: DigestServer | undefined;
  /** Host names and numeric addresses, each a domain of its own. Default: whatever host a request names is one and the same domain. */
  readonly domains?: readonly string[] | undefined;
  /** Whether a user may register an address. Default: the user part is the username, or the whole address is. */
  readonly isAuthorized?: ((username: string, addressOfRecord: AddressOfRecord) => boolean) | undefined;
  readonly limits?: Partial<RegistrationLimits> | undefined;
  /** Routes for the requests of those who have registered, `<sip:proxy.example.com;lr>` each (RFC 3608). Default none. */
  readonly serviceRoute?: readonly string[] | undefined;
  /** Flow-Timer for outbound registrations that come without a proxy between (RFC 5626 §10), in seconds. Default: none is sent. */
  readonly flowTimerSeconds?: number | undefined;
  /** Where bindings are kept. Default one of its own. */
  readonly location?: LocationService | undefined;
}

/** A registrar (RFC 3261 §10.3; RFC 3327, RFC 3608, RFC 5626): takes REGISTER requests, and says how each is to be answered. */
export class Registrar implements AsyncDisposable {
  readonly location: LocationService;
  readonly domains: Domains;
  readonly authentication: DigestServer | undefined;
  readonly #environment: Environment;
  readonly #isAuthorized: (username: string, addressOfRecord: AddressOfRecord) => boolean;
  readonly #limits: RegistrationLimits;
  readonly #serviceRoute: readonly string[];
  readonly #flowTimerSeconds: number | undefined;

  /** @throws {RegistrarError} `REGISTRAR_OPTION` when an option cannot be honoured. */
  constructor(environment: Environment, options: RegistrarOptions = {}) {
    const { authentication, domains, isAuthorized = isOwnAddress, limits, serviceRoute = [], flowTimerSeconds, location } = options;
    for (const route of serviceRoute) checkRoute(route);
    if (flowTimerSeconds !== undefined && !(Number.isInteger(flowTimerSeconds) && flowTimerSeconds > 0)) {
      throw new RegistrarError("REGISTRAR_OPTION", `flowTimerSeconds cannot be ${flowTimerSeconds}`);
    }
    this.#environment = environment;
    this.authentication = authentication;
    this.domains = new Domains(domains);
    this.#isAuthorized = isAuthorized;
    this.#limits = registrationLimits(limits);
    this.#serviceRoute = serviceRoute;
    this.#flowTimerSeconds = flowTimerSeconds;
    this.location = location ?? new LocationService(environment);
  }

  /**
   * Registers, refreshes, removes or lists (RFC 3261 §10.3). A promise only when the digest server's secret source gives one; it rejects as
   * that does. What a request without credentials is answered leaves nothing behind.
   */
  register(request: SipRequest, flow: Flow): RegistrationAnswer | Promise<RegistrationAnswer> {
    const refusal = this.#inspect(request);
    if (refusal) return refusal;
    const verdict = this.authentication?.authenticate(request, flow);
    if (verdict instanceof Promise) return verdict.then((settled) => this.#registerAs(settled, request, flow));
    return this.#registerAs(verdict, request, flow);
  }

  /** Where the user of `uri` can be reached now; empty for a URI of another domain. */
  lookup(uri: SipUri): readonly Binding[] {
    const addressOfRecord = this.domains.addressOfRecord(uri);
    return addressOfRecord ? this.location.lookup(addressOfRecord.key) : [];
  }

  /** Forgets all bindings. Idempotent, never rejects. */
  close(): Promise<void> {
    return this.location.close();
  }

  /** The same as {@link close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Steps 1 and 2, which depend on nothing that is secret. */
  #inspect(request: SipRequest): Refusal | undefined {
    const { requestUri } = request;
    if (!(requestUri instanceof SipUri)) return { statusCode: 416 };
    if (!this.domains.includes(requestUri)) return { statusCode: 404, reasonPhrase: "Domain Not Served Here" };
    if (!request.has("Require")) return undefined;
    const unknown = request.getAll(Require).filter((tag) => !registrarExtensions.includes(tag.toLowerCase()));
    return unknown.length > 0 ? { statusCode: 420, headers: [["Unsupported", unknown.join(", ")]] } : undefined;
  }

  #registerAs(verdict: DigestVerdict | undefined, request: SipRequest, flow: Flow): RegistrationAnswer {
    if (verdict?.refusal) return verdict.refusal;
    const addressOfRecord = this.domains.addressOfRecord(request.require(To).uri);
    // "If the address-of-record is not valid for the domain in the Request-URI … 404" (step 5)
    if (!addressOfRecord) return { statusCode: 404 };
    // "If the authenticated user is not authorized to modify bindings, the registrar MUST return a 403" (step 4)
    if (verdict && !this.#isAuthorized(verdict.username, addressOfRecord)) return { statusCode: 403 };
    return this.#process(request, flow, addressOfRecord.key);
  }

  /** Steps 6 to 8. */
  #process(request: SipRequest, flow: Flow, addressOfRecord: string): RegistrationAnswer {
    const { location } = this;
    const { clock } = this.#environment;
    const limits = this.#limits;
    const path = pathOf(request);
    if (!path) return { statusCode: 400, reasonPhrase: "Bad Path" };
    const nowMs = clock.now();
    const context = { addressOfRecord, bindings: location.kept(addressOfRecord), path, flow, nowMs, limits };
    const planned = request.has("Contact") ? planRegistration(request, context) : [];
    if ("statusCode" in planned) return planned;
    if (growthOf(planned) > 0 && location.size + growthOf(planned) > limits.bindings) {
      return { statusCode: 503, headers: [["Retry-After", "60"]] };
    }
    location.update(addressOfRecord, planned);
    return registrationSuccess({
      bindings: location.lookup(addressOfRecord),
      nowMs,
      wallNowMs: clock.wallNow(),
      path,
      serviceRoute: this.#serviceRoute,
      isOutbound: asksForOutbound(request),
      flowTimerSeconds: this.#flowTimerSeconds !== undefined && isDirect(request) ? this.#flowTimerSeconds : undefined,
    });
  }
}

function isOwnAddress(username: string, { user, key }: AddressOfRecord): boolean {
  return username === user || username === key;
}

/** Whether a contact is registered, or removed, as a flow. */
function asksForOutbound(request: SipRequest): boolean {
  return request.getAll(Contact).some((contact) => contact !== "*" && flowIdentityOf(contact, request));
}

/** The Path of a request, each value with its brackets; undefined when one is malformed: none may be missed. */
function pathOf(request: SipRequest): readonly string[] | undefined {
  if (!request.has("Path")) return [];
  try {
    return request.requireAll(Path).map((path) => path.toString());
  } catch (error) {
    if (error instanceof SipParseError) return undefined;
    throw error;
  }
}

function checkRoute(route: string): void {
  try {
    ServiceRoute.parse(route);
  } catch (cause) {
    throw new RegistrarError("REGISTRAR_OPTION", `serviceRoute holds ${JSON.stringify(route)}, which is not <sip:host;lr>`, { cause });
  }
}
