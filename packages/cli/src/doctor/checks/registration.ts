import {
  ClientError,
  createClient,
  type AccountOptions,
  type Client,
  type ClientErrorCode,
  type RegistrationInfo,
} from "@sidetone/client-core";
import { anySignal, formatHostPort, timeoutSignal } from "@sidetone/infra-common";
import { SipUri } from "@sidetone/sip-core";
import { explainError } from "../../explain-error.ts";
import type { Check } from "../check.ts";
import type { Examination } from "../examination.ts";
import type { FindingCode } from "../finding-kinds.ts";
import { finding, type Finding } from "../finding.ts";
import { RegisterWitness } from "../register-witness.ts";

/** How long the registrar may take for all of it, in milliseconds; un-registering comes on top, and the whole stays within its limit. */
const limitMs = 9000;
const defaultExpiresSeconds = 3600;

/** Whether the account can register: it does, and takes it back at once. */
export const registrationCheck: Check = {
  name: "registration",
  title: "Registration",
  needs: "address",
  run: async (examination) => {
    const { account } = examination;
    if (account === undefined) return [];
    if (account.password === undefined) {
      const text = `The registration of ${account.uri} was not tried, as no password is known`;
      return [
        finding("REGISTRATION_SKIPPED", text, { subject: account.uri, advice: "set SIDETONE_PASSWORD, or leave it so with --no-register" }),
      ];
    }
    return tried(account, examination);
  },
};

async function tried(account: AccountOptions, { environment, listen, tls, webSocket, signal }: Examination): Promise<Finding[]> {
  using witness = new RegisterWitness();
  using limit = timeoutSignal(environment.clock, limitMs);
  using either = anySignal(signal, limit.signal);
  try {
    await using client = await createClient({
      listen: formatHostPort(listen.address, 0),
      account: { ...account, autoRegister: false },
      media: "external",
      tls,
      webSocket,
      environment,
    });
    const info = await client.account.register({ signal: either.signal });
    return [...registered(account, info, witness, environment.clock.wallNow()), await removed(client, account)];
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ClientError) && error !== limit.signal.reason) throw error;
    return [refused(account, error, witness)];
  }
}

function registered(
  { uri, expiresSeconds = defaultExpiresSeconds }: AccountOptions,
  info: RegistrationInfo,
  witness: RegisterWitness,
  nowMs: number,
): Finding[] {
  const { contact, registrar, bindings } = info;
  const grantedSeconds = Math.round(((info.expiresAtMs ?? nowMs) - nowMs) / 1000);
  const data = { ...factsOf(witness), registrar, contact, askedSeconds: expiresSeconds, grantedSeconds, bindings: bindings.length };
  const least = witness.minExpiresSeconds === undefined ? "" : `; it takes nothing below ${witness.minExpiresSeconds} s (423)`;
  const asked =
    witness.realms.size === 0 ? "" : `, after a challenge of ${quoted(witness.realms)} for ${[...witness.algorithms].join(", ")}`;
  const text = `${uri} registers at ${registrar}${asked}: as ${contact} for ${grantedSeconds} s of ${expiresSeconds} asked for${least}`;
  return [finding("REGISTRATION_WORKS", text, { subject: uri, data }), ...judgeDigest(uri, witness)];
}

function judgeDigest(uri: string, { realms, algorithms }: RegisterWitness): Finding[] {
  if (realms.size === 0) {
    const advice = "where that is not meant so, have the server ask for passwords: anybody can take the calls of this address";
    return [finding("REGISTRATION_UNPROTECTED", `The registrar took ${uri} without asking for a password`, { subject: uri, advice })];
  }
  if ([...algorithms].some((name) => name.toUpperCase().startsWith("SHA"))) return [];
  const text = `The registrar offers ${[...algorithms].join(", ")} alone to prove the password`;
  const advice = "have it offer SHA-256 (RFC 8760), or register over TLS; who listens can guess at passwords";
  return [finding("REGISTRATION_WEAK_DIGEST", text, { subject: uri, advice, data: { algorithms: [...algorithms] } })];
}

async function removed(client: Client, { uri }: AccountOptions): Promise<Finding> {
  try {
    await client.account.unregister();
    return finding("REGISTRATION_REMOVED", "The binding was removed again", { subject: uri });
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    const advice = "nothing: it runs out by itself; until then calls may be sent here in vain";
    return finding("REGISTRATION_NOT_REMOVED", `The registrar did not confirm that the binding was removed: ${error.message}`, {
      subject: uri,
      advice,
    });
  }
}

const noAnswer: ReadonlySet<ClientErrorCode> = new Set(["TIMEOUT", "SERVER_UNREACHABLE", "TRANSPORT_FAILED", "CERTIFICATE_NOT_TRUSTED"]);

function refused({ uri, username }: AccountOptions, error: unknown, witness: RegisterWitness): Finding {
  const [code, text, advice] = explain(uri, username ?? SipUri.parse(uri).decodedUser ?? uri, error);
  const statusCode = error instanceof ClientError ? (error.statusCode ?? null) : null;
  return finding(code, text, { subject: uri, advice, data: { ...factsOf(witness), statusCode } });
}

function explain(uri: string, username: string, error: unknown): readonly [code: FindingCode, text: string, advice: string] {
  if (!(error instanceof ClientError)) {
    const text = `The registrar did not answer for ${uri} within ${limitMs / 1000} s`;
    return ["REGISTRATION_NO_ANSWER", text, "see to the server first: where OPTIONS has an answer, the registrar behind it may be down"];
  }
  const message = explainError(error);
  if (error.code === "AUTHENTICATION_FAILED") {
    const advice = `check SIDETONE_PASSWORD and the user name (${username} here; another one is given by --user)`;
    return ["REGISTRATION_PASSWORD_WRONG", `The registrar does not accept user name and password: ${message}`, advice];
  }
  if (noAnswer.has(error.code)) return ["REGISTRATION_NO_ANSWER", message, "see to name service, server and certificate first"];
  return ["REGISTRATION_REFUSED", message, "check that the address exists there, and that this computer may register it"];
}

function factsOf({ realms, algorithms, minExpiresSeconds }: RegisterWitness): Record<string, unknown> {
  return { realms: [...realms], algorithms: [...algorithms], minExpiresSeconds: minExpiresSeconds ?? null };
}

function quoted(texts: ReadonlySet<string>): string {
  return [...texts].map((text) => JSON.stringify(text)).join(", ");
}
