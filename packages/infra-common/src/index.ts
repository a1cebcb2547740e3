export { VoipError, type VoipErrorOptions } from "./voip-error.ts";
export { NetworkError, type NetworkErrorCode } from "./network-error.ts";
export { StreamError, type StreamErrorCode } from "./stream-error.ts";
export { ByteError, type ByteErrorCode } from "./byte-error.ts";
export type { Clock, Sleep, Timer } from "./clock.ts";
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
  SocketLayer,
  StreamConnection,
  StreamListener,
  StreamReceiver,
  StreamServer,
} from "./network.ts";
export type { DnsAnswer, NaptrRecord, ResolveOptions, Resolver, SrvRecord } from "./resolver.ts";
export type { Environment } from "./environment.ts";
export { TableMachine, type ActionMap, type Transition, type TransitionTable } from "./transition-table.ts";
export { ShardedMap } from "./sharded-map.ts";
export { TurnoverMap } from "./turnover-map.ts";
export { TypedEmitter, type EventMap, type Listener, type ListenOptions } from "./typed-emitter.ts";
export { BoundedQueue, type BoundedQueueOptions } from "./bounded-queue.ts";
export { abortable, anySignal, delay, onAbort, timeoutSignal, type DisposableSignal } from "./abort.ts";
export { ByteReader } from "./byte-reader.ts";
export { ByteWriter } from "./byte-writer.ts";
export {
  addressFamily,
  addressFromBytes,
  addressToBytes,
  isIpv4,
  isIpv6,
  isLinkLocal,
  isLoopback,
  isMulticast,
  isPrivate,
  isWildcard,
  networkOf,
  normaliseAddress,
} from "./ip-address.ts";
export { bracketHost, formatHostPort, parseHostPort, type HostPort } from "./host-port.ts";
export { msFromNtpShort, ntpFraction, ntpMiddle, ntpSeconds, ntpShortFromMs, wallMsFromNtp } from "./ntp-time.ts";
export { mainAddress } from "./main-address.ts";
export { mediaTraceChannel, sipTraceChannel } from "./trace-channel.ts";
export { SleepDetector } from "./sleep-detector.ts";
export { systemEnvironment } from "./system-environment.ts";
export { systemBusyForMs } from "./system-busy.ts";
export { systemClock, SystemClock } from "./system-clock.ts";
export { systemRandom, SystemRandom } from "./system-random.ts";
export { networkErrorFrom } from "./node/network-error-from.ts";
export { nodeNetwork, NodeNetwork } from "./node/node-network.ts";
export { nodeResolver, NodeResolver, type NodeResolverOptions } from "./node/node-resolver.ts";
export { TimingWheel, type TimeSource } from "./timing-wheel.ts";
