let idleMs = 0;
let idleSeenAtMs = 0;

/**
 * For how long this thread's event loop has had no idle moment, as far as was looked. Only when all sockets are empty does the loop idle: it
 * is the longest that anything may have waited, in the kernel's buffers too.
 */
export function systemBusyForMs(): number {
  const nowMs = performance.now();
  const { idle } = performance.eventLoopUtilization();
  if (idle > idleMs || idleSeenAtMs === 0) {
    idleMs = idle;
    idleSeenAtMs = nowMs;
  }
  return nowMs - idleSeenAtMs;
}
