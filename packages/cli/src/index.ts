export { main } from "./main.ts";
export type { LineReader, LineReaderOptions } from "./line-reader.ts";
export { Terminal, type TerminalOutput, type TerminalParts } from "./terminal.ts";
export type { CallReport } from "./call-report.ts";
