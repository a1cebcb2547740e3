import type { AccountOptions, NatMode, NatOptions } from "@sidetone/client-core";
import { callTarget } from "../call-target.ts";
import { passwordSource } from "../password.ts";
import type { Terminal } from "../terminal.ts";
import type { AccountSettings } from "./settings.ts";

/** What a command makes of an account. */
export interface AccountUse {
  readonly terminal: Terminal;
  /** Takes the question for a password back. */
  readonly over: AbortSignal;
  /** Whether it registers: at the registrar of the settings, or at the domain of the address. */
  readonly registers: boolean;
}

/** An account that goes one way. */
export interface SettledAccountOptions extends AccountOptions {
  outboundProxy?: string;
  registrar?: string;
}

/** An account for a client, as the settings describe it. A transport that the address asks for is the way to its servers, not part of the address. */
export function accountOptions(settings: AccountSettings, { terminal, over, registers }: AccountUse): SettledAccountOptions {
  const { uri: address, outboundProxy, password: stored, expiresSeconds, autoRegister: _, ...others } = settings;
  const uri = callTarget(address);
  const registrar = others.registrar === undefined ? uri.withUser(undefined).withoutHeaders() : callTarget(others.registrar);
  const asked = (registrar.transport ?? uri.transport)?.toUpperCase() as AccountOptions["transport"];
  return withoutUndefined<SettledAccountOptions>({
    ...others,
    uri: uri.toAddressOfRecord().toString(),
    transport: others.transport ?? asked,
    outboundProxy: outboundProxy === undefined ? undefined : callTarget(outboundProxy).toString(),
    password: passwordSource(stored, terminal, over),
    ...(registers
      ? { registrar: registrar.toString(), autoRegister: false, expiresSeconds }
      : { registrar: undefined, allowedPeers: undefined, keepAlive: undefined }),
  });
}

/** What of the settings is about signalling: for a client without audio. */
export function signallingOf<Described extends Pick<AccountSettings, "codecs" | "nat">>({
  codecs: _,
  nat,
  ...others
}: Described): Omit<Described, "codecs"> {
  return { ...others, nat: typeof nat === "object" ? signallingNat(nat) : nat } as Omit<Described, "codecs">;
}

function signallingNat({ publicAddress }: NatOptions): NatMode | undefined {
  const signalling = typeof publicAddress === "object" ? publicAddress.signalling : publicAddress;
  return signalling === undefined ? undefined : { publicAddress: { signalling } };
}

/** What is given as undefined is not given. */
export function withoutUndefined<Options extends object>(options: { [Name in keyof Options]: Options[Name] | undefined }): Options {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Options;
}
