/** How an account is reached through a NAT. All of it is optional; what is left out is found out as with `auto`. */
export interface NatOptions {
  /**
   * Address under which the world reaches this client, where a NAT maps it to us for good: in Contact, with the port of the socket, and in
   * session descriptions, with the RTP ports. One for both, or one for each. Numeric.
   */
  publicAddress?: string | { signalling?: string; media?: string };
  /**
   * STUN servers over UDP (RFC 8489), in order of preference: `stun.example.org`, `192.0.2.1:3479`. Before a session description is written
   * they are asked, from the RTP and RTCP ports, under which addresses the world sees those; for 1.5 s at most. Where none answers, the
   * description names the public media address if one is given, else the one learned from the registrar, else our own.
   */
  stun?: string | readonly string[];
}

/**
 * - `auto`: Contact and session descriptions name the address that the registrar sees (RFC 3581), and the bindings of RTP ports are kept open
 *   while nothing is sent (RFC 6263).
 * - `off`: they name that of the socket, and nothing is sent to keep bindings open.
 */
export type NatMode = "auto" | "off" | NatOptions;

/** A {@link NatMode} with everything decided. */
export interface NatPolicy {
  /** Whether the registrar's view of us goes into Contact. */
  readonly learnsContact: boolean;
  /** Whether it goes into session descriptions, where nothing better is known. */
  readonly learnsMedia: boolean;
  readonly signallingAddress: string | undefined;
  readonly mediaAddress: string | undefined;
  readonly stunServers: readonly string[];
  /** Whether bindings are kept open while no RTP is sent. */
  readonly keepsBindings: boolean;
}

export function natPolicy(mode: NatMode): NatPolicy {
  const isOff = mode === "off";
  const { publicAddress, stun = [] } = (typeof mode === "object" ? mode : undefined) ?? {};
  const { signalling, media } =
    typeof publicAddress === "string" ? { signalling: publicAddress, media: publicAddress } : (publicAddress ?? {});
  return {
    learnsContact: !isOff && signalling === undefined,
    learnsMedia: !isOff && media === undefined,
    signallingAddress: signalling,
    mediaAddress: media,
    stunServers: [stun].flat(),
    keepsBindings: !isOff,
  };
}
