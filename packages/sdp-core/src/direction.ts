/** Which way media flows, seen from the side whose description says it (RFC 8866 §6.7). */
export type MediaDirection = "sendrecv" | "sendonly" | "recvonly" | "inactive";

export function canSend(direction: MediaDirection): boolean {
  return direction === "sendrecv" || direction === "sendonly";
}

export function canReceive(direction: MediaDirection): boolean {
  return direction === "sendrecv" || direction === "recvonly";
}

/** The direction that sends and receives just so. */
export function directionOf(sends: boolean, receives: boolean): MediaDirection {
  if (sends) return receives ? "sendrecv" : "sendonly";
  return receives ? "recvonly" : "inactive";
}

/**
 * The direction to answer with: what is wanted here, as far as the offer allows it (RFC 3264 §6.1).
 *
 * "If a stream is offered as sendonly, the corresponding stream MUST be marked as recvonly or inactive"; recvonly allows sendonly or
 * inactive, sendrecv anything, and inactive only itself.
 */
export function answerDirection(offered: MediaDirection, wanted: MediaDirection): MediaDirection {
  return directionOf(canSend(wanted) && canReceive(offered), canReceive(wanted) && canSend(offered));
}

/** Whether an answer may have this direction (RFC 3264 §6.1). */
export function isAnswerDirection(offered: MediaDirection, answered: MediaDirection): boolean {
  return answerDirection(offered, answered) === answered;
}

/**
 * The direction to offer in order to put the other side on hold: sendrecv becomes sendonly; recvonly, which is how a stream stands that
 * the other side holds, becomes inactive (RFC 3264 §8.4).
 */
export function holdDirection(current: MediaDirection): MediaDirection {
  return directionOf(canSend(current), false);
}

/** The direction to offer in order to take the other side off hold: sendonly becomes sendrecv; inactive, held by both, recvonly. */
export function resumeDirection(current: MediaDirection): MediaDirection {
  return directionOf(canSend(current), true);
}

/** The direction that an attribute of this name sets; undefined for any other attribute. */
export function directionFromName(name: string): MediaDirection | undefined {
  return name === "sendrecv" || name === "sendonly" || name === "recvonly" || name === "inactive" ? name : undefined;
}
