export { VoipError, type VoipErrorOptions } from "./voip-error.ts";
export { NetworkError, type NetworkErrorCode } from "./network-error.ts";
export type { Clock, Timer } from "./clock.ts";
export type { Random } from "./random.ts";
export { silentLogger, type LogFields, type Logger } from "./logger.ts";
export type {
  AddressFamily,
  BindDatagramOptions,
  ConnectStreamOptions,
  DatagramReceiver,
  DatagramSocket,
  ListenStreamOptions,
  Network,
  ResolvedAddress,
  SocketAddress,
  StreamConnection,
  StreamListener,
  StreamReceiver,
  StreamServer,
} from "./network.ts";
export type { Environment } from "./environment.ts";
export { TableMachine, type ActionMap, type Transition, type TransitionTable } from "./transition-table.ts";
export { systemClock, SystemClock } from "./system-clock.ts";
export { systemRandom, SystemRandom } from "./system-random.ts";
export { TimingWheel, type TimeSource } from "./timing-wheel.ts";
