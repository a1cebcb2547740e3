interface Member {
  readonly ssrc: number;
  /** Last RTP or RTCP packet. */
  heardMs: number;
  /** Last RTP packet; −Infinity for none. */
  sentMs: number;
}

/** A call has two members and a conference some more; SSRCs made up by a hostile peer end here. */
const maxMembers = 256;
/** `M`, the timeout multiplier of RFC 3550 §6.3.5. */
const timeoutMultiplier = 5;

/** The other members of an RTP session, for the RTCP interval (RFC 3550 §6.2.1, §6.3.3 to §6.3.5). We are not in the table. */
export class RtcpMembers {
  readonly #members: Member[] = [];

  get count(): number {
    return this.#members.length;
  }

  get senders(): number {
    let senders = 0;
    for (const member of this.#members) if (member.sentMs > -Infinity) senders++;
    return senders;
  }

  /** @param isRtp an RTP packet makes a sender of the member. */
  heard(ssrc: number, nowMs: number, isRtp: boolean): void {
    let member = this.#members.find((known) => known.ssrc === ssrc);
    if (!member) {
      if (this.#members.length >= maxMembers) return;
      member = { ssrc, heardMs: nowMs, sentMs: -Infinity };
      this.#members.push(member);
    }
    member.heardMs = Math.max(member.heardMs, nowMs);
    if (isRtp) member.sentMs = nowMs;
  }

  /** A BYE came from `ssrc`. */
  left(ssrc: number): void {
    const index = this.#members.findIndex((known) => known.ssrc === ssrc);
    if (index >= 0) this.#members.splice(index, 1);
  }

  /**
   * Times out who was silent for too long (§6.3.5).
   *
   * @param receiverIntervalMs `Td` of a receiver. @param intervalMs `T`.
   */
  timeOut(nowMs: number, receiverIntervalMs: number, intervalMs: number): void {
    for (let i = this.#members.length - 1; i >= 0; i--) {
      const member = this.#members[i]!;
      if (member.heardMs < nowMs - timeoutMultiplier * receiverIntervalMs) this.#members.splice(i, 1);
      else if (member.sentMs < nowMs - 2 * intervalMs) member.sentMs = -Infinity;
    }
  }
}
