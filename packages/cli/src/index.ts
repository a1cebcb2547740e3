export { main } from "./main.ts";
export { Terminal } from "./terminal.ts";
export { callReport, type CallReport } from "./call-report.ts";
