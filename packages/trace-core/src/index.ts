export { drawLadder, type LadderOptions } from "./ladder.ts";
export { redact } from "./redact.ts";
export { SipTrace, type SipTraceOptions } from "./sip-trace.ts";
export { summarize } from "./summary.ts";
export type { SipTraceRecord, WireEntry } from "./wire-entry.ts";
