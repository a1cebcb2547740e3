/** Fields of a log record; secrets never go in. */
export type LogFields = Readonly<Record<string, unknown>>;

/** What the stack logs to: the five levels of pino, whose loggers fit as they are. */
export interface Logger {
  trace(fields: LogFields, message: string): void;
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

const ignore = (): void => {};

/** Logs nothing: the default, since a library is silent until asked. */
export const silentLogger: Logger = { trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore };
