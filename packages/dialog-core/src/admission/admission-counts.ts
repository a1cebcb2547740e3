/** Requests that were turned away before anything was kept of them, since the user agent was made. */
export interface AdmissionCounts {
  /** Of strangers, without an answer. */
  ignored: number;
  /** Of addresses that asked too often: 503. */
  limited: number;
  /** Of strangers while more came than got done: 503. */
  overloaded: number;
  /** INVITEs beyond the calls that there may be: 503. */
  full: number;
  /** By what the application or an account decided. */
  refused: number;
  /** That had been refused before and came again. */
  repeated: number;
}
