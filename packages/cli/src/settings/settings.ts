import type { ClientMediaOptions, KeepAliveMode, NatMode } from "@sidetone/client-core";
import type { TransportName } from "@sidetone/sip-transport";
import type { TlsSettings, WebSocketSettings } from "./tls-settings.ts";

/** An account as it stands in the settings: `AccountOptions` that can be written down. */
export interface AccountSettings {
  id?: string | undefined;
  uri: string;
  displayName?: string | undefined;
  username?: string | undefined;
  password?: string | undefined;
  realm?: string | undefined;
  outboundProxy?: string | undefined;
  registrar?: string | undefined;
  autoRegister?: boolean | undefined;
  expiresSeconds?: number | undefined;
  transport?: TransportName | undefined;
  codecs?: string[] | undefined;
  nat?: NatMode | undefined;
  allowedPeers?: string[] | undefined;
  keepAlive?: KeepAliveMode | undefined;
}

type StoredMedia = Pick<ClientMediaOptions, "address" | "advertisedAddress" | "rtpPorts" | "ptimeMs">;

/** How audio is made, as far as it can be written down. */
export type MediaSettings = { [Name in keyof StoredMedia]?: StoredMedia[Name] | undefined } & { codecs?: string[] | undefined };

/** What the config file may say. */
export interface FileSettings {
  $schema?: string | undefined;
  accounts?: AccountSettings[] | undefined;
  listen?: string | undefined;
  /** Of every account that says nothing of it. */
  nat?: NatMode | undefined;
  strangers?: "answer" | "ignore" | undefined;
  peers?: string[] | undefined;
  /** TLS and WebSocket, of every account. */
  tls?: TlsSettings | undefined;
  webSocket?: WebSocketSettings | undefined;
  userAgent?: string | undefined;
  instanceId?: string | undefined;
  media?: MediaSettings | undefined;
}

/** What a command works with: flags, environment and config file laid over one another. */
export interface Settings extends Omit<FileSettings, "$schema" | "accounts"> {
  /** The first is the one that flags and environment speak of. Empty: nobody in particular. */
  readonly accounts: readonly AccountSettings[];
  /** Whether somebody said which account: an argument, a flag or `SIDETONE_URI`. */
  readonly isAccountNamed: boolean;
  readonly media: MediaSettings;
  /** What flags and environment say of the account, for one that is nowhere else described. */
  readonly ofAccount: Partial<AccountSettings>;
}
