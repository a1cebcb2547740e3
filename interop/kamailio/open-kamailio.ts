import type { AccountOptions } from "sidetone";
import { onTestFailed, onTestFinished } from "vitest";
import { kamailioDomain, passwordOf, startKamailio, type Kamailio, type KamailioOptions } from "../peers/kamailio/start-kamailio.ts";

/** A kamailio that ends with the test, and shows its log when the test fails. */
export async function openKamailio(options: KamailioOptions = {}): Promise<Kamailio> {
  const kamailio = await startKamailio(options);
  onTestFinished(() => kamailio[Symbol.asyncDispose]());
  onTestFailed(() => console.log(kamailio.process.lastWords));
  return kamailio;
}

type OneWayOptions = AccountOptions & { outboundProxy: string };

/** A user of the domain, who calls through `kamailio`. */
export function accountAt(kamailio: Kamailio, user: string, options: Partial<OneWayOptions> = {}): OneWayOptions {
  return { uri: `sip:${user}@${kamailioDomain}`, password: passwordOf(user), outboundProxy: `sip:${kamailio.hostPort}`, ...options };
}
