/** Counters of a whole sipp run. */
export interface SippStatistics {
  readonly callsCreated: number;
  readonly successfulCalls: number;
  readonly failedCalls: number;
  readonly retransmissions: number;
  readonly outOfCallMessages: number;
  readonly deadCallMessages: number;
  /** Calls in a second, over the whole run. */
  readonly callRate: number;
}

/** Reads the last line of the file that `-trace_stat` writes; `(C)` marks its cumulative columns. */
export function parseSippStatistics(csv: string): SippStatistics {
  const lines = csv.trimEnd().split("\n");
  const names = lines[0]!.split(";");
  const values = lines.at(-1)!.split(";");
  const figure = (name: string): number => {
    const column = names.indexOf(name);
    const value = Number(values[column]);
    if (column < 0 || !Number.isFinite(value)) throw new Error(`sipp's statistics have no ${name}`);
    return value;
  };
  return {
    callsCreated: figure("TotalCallCreated"),
    successfulCalls: figure("SuccessfulCall(C)"),
    failedCalls: figure("FailedCall(C)"),
    retransmissions: figure("Retransmissions(C)"),
    outOfCallMessages: figure("OutOfCallMsgs(C)"),
    deadCallMessages: figure("DeadCallMsgs(C)"),
    callRate: figure("CallRate(C)"),
  };
}

/** Sums the columns of the file that `-trace_counts` writes in which sipp counts retransmissions, its own and its peer's. */
export function retransmissionsIn(csv: string): number {
  const lines = csv.trimEnd().split("\n");
  const values = lines.at(-1)!.split(";");
  return lines[0]!.split(";").reduce((sum, name, column) => (/_Retrans$/.test(name) ? sum + Number(values[column]) : sum), 0);
}
