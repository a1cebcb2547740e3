import type { Refusal } from "@sidetone/dialog-core";
import { SipDate, type HeaderInput } from "@sidetone/sip-core";
import type { Binding } from "../location/binding.ts";

/** The answer to a REGISTER: 200 with the bindings, or a refusal. */
export type RegistrationAnswer = Refusal;

/** A moment of the clock is a binary fraction: four seconds just granted may be a trace more by now. */
const toleranceMs = 1;

/** A binding as a Contact value: its URI, its parameters, and how long it has to live (RFC 3261 §10.3 step 8). */
export function contactOf(binding: Binding, nowMs: number): string {
  const q = binding.q === undefined ? "" : `;q=${binding.q}`;
  const seconds = Math.max(1, Math.ceil((binding.expiresAtMs - nowMs - toleranceMs) / 1000));
  return `<${binding.contact}>${binding.parameters}${q};expires=${seconds}`;
}

/** What a 200 says besides its bindings. */
export interface RegistrationSuccess {
  readonly bindings: readonly Binding[];
  readonly nowMs: number;
  readonly wallNowMs: number;
  /** Of the request, to be shown to the user agent (RFC 3327 §5.3). */
  readonly path: readonly string[];
  readonly serviceRoute: readonly string[];
  readonly isOutbound: boolean;
  /** Seconds between keep-alives that the flow can do with at most (RFC 5626 §10); undefined says nothing. */
  readonly flowTimerSeconds: number | undefined;
}

/** "The response MUST contain Contact header field values enumerating all current bindings … SHOULD include a Date" (RFC 3261 §10.3 step 8). */
export function registrationSuccess(success: RegistrationSuccess): RegistrationAnswer {
  const { bindings, nowMs, wallNowMs, path, serviceRoute, isOutbound, flowTimerSeconds } = success;
  const headers: HeaderInput[] = bindings.map((binding) => ["Contact", contactOf(binding, nowMs)]);
  headers.push(dateOf(wallNowMs), supportedExtensions);
  for (const route of path) headers.push(["Path", route]);
  for (const route of serviceRoute) headers.push(["Service-Route", route]);
  // "the registrar MUST include the outbound option-tag in a Require header field" (RFC 5626 §6)
  if (isOutbound) headers.push(["Require", "outbound"]);
  if (isOutbound && flowTimerSeconds !== undefined) headers.push(["Flow-Timer", String(flowTimerSeconds)]);
  return { statusCode: 200, headers };
}

/** The last Date: it is the same for a second. */
let lastDate: { readonly second: number; readonly header: HeaderInput } | undefined;

function dateOf(wallMs: number): HeaderInput {
  const second = Math.floor(wallMs / 1000);
  if (lastDate?.second !== second) lastDate = { second, header: ["Date", SipDate.serialize(wallMs)] };
  return lastDate.header;
}

/** What a registrar understands in Require. */
export const registrarExtensions: readonly string[] = ["path", "outbound"];
export const supportedExtensions: HeaderInput = ["Supported", registrarExtensions.join(", ")];
