/** The way of an account to its proxy or registrar has failed: nobody reaches the account over it. A new one is tried at once. */
export interface FlowFailed {
  readonly kind: "FlowFailed";
  readonly accountId: string;
  /** URI of the proxy, or else of the registrar. */
  readonly server: string;
  /** Code: `SIP_TRANSPORT_CONNECTION_LOST`, `SIP_TRANSPORT_KEEP_ALIVE_FAILED`, `SIP_TRANSPORT_MAPPING_CHANGED` and others. */
  readonly cause: string | undefined;
  readonly message: string;
}

/** The account is registered again over a new one. */
export interface FlowRestored {
  readonly kind: "FlowRestored";
  readonly accountId: string;
  readonly server: string;
  /** How long it took since the failure was noticed, in milliseconds. */
  readonly downMs: number;
}

/** What may become of a flow between an account and its proxy or registrar. */
export type FlowChange = FlowFailed | FlowRestored;
