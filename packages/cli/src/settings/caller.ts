import { SipUri } from "@sidetone/sip-core";
import type { AccountSettings, Settings } from "./settings.ts";

/** Who calls or asks `target`: the account of the settings, else somebody in the domain of the target, where a server may know the user. */
export function callerOf({ accounts: [account], ofAccount }: Settings, target: SipUri): AccountSettings {
  const { username = "sidetone" } = ofAccount;
  return account ?? { ...ofAccount, uri: SipUri.create({ user: username, host: target.host }).toString() };
}
