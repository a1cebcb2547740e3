import type { BindDatagramOptions, DatagramReceiver, DatagramSocket, Network } from "@sidetone/infra-common";
import type { VirtualClock } from "@sidetone/testkit";

interface Rule {
  readonly pattern: RegExp;
  left: number;
  /** undefined: the datagram is lost. */
  readonly delayMs: number | undefined;
}

/** Loses or delays what one host sends, message by message. A rule is used as often as it says, then it is gone. */
export class WireRules {
  readonly #clock: VirtualClock;
  readonly #rules: Rule[] = [];

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  /** Loses the next `times` messages whose text matches. */
  lose(pattern: RegExp, times = 1): void {
    this.#rules.push({ pattern, left: times, delayMs: undefined });
  }

  /** Sends the next `times` messages whose text matches later. */
  delay(pattern: RegExp, delayMs: number, times = 1): void {
    this.#rules.push({ pattern, left: times, delayMs });
  }

  /** `network` with these rules. */
  over(network: Network): Network {
    return {
      bindDatagram: async (options: BindDatagramOptions, receiver: DatagramReceiver) =>
        this.#guard(await network.bindDatagram(options, receiver)),
      listenStream: (options, listener) => network.listenStream(options, listener),
      connectStream: (options, receiver) => network.connectStream(options, receiver),
      lookup: (name, options) => network.lookup(name, options),
      sourceAddressFor: (address) => network.sourceAddressFor(address),
      localAddresses: () => network.localAddresses(),
      onAddressesChanged: (listener) => network.onAddressesChanged(listener),
    };
  }

  #guard(socket: DatagramSocket): DatagramSocket {
    const send = socket.send.bind(socket);
    socket.send = (data, port, address, onSent) => {
      const text = Buffer.from(data).toString("latin1");
      const rule = this.#rules.find(({ pattern, left }) => left > 0 && pattern.test(text));
      if (!rule) return send(data, port, address, onSent);
      rule.left--;
      const copy = Buffer.from(data);
      if (rule.delayMs !== undefined) this.#clock.setTimer(rule.delayMs, () => send(copy, port, address));
      onSent?.();
    };
    return socket;
  }
}
