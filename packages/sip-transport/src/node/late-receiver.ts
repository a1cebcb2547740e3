import type { StreamReceiver } from "@sidetone/infra-common";

/** Stands in until the listener has said who receives, which it does before any data is read. */
export class LateReceiver implements StreamReceiver {
  receiver: StreamReceiver | undefined = undefined;

  onData(...data: Parameters<StreamReceiver["onData"]>): void {
    this.receiver?.onData(...data);
  }

  onDrain(...drained: Parameters<StreamReceiver["onDrain"]>): void {
    this.receiver?.onDrain(...drained);
  }

  onClosed(...closed: Parameters<StreamReceiver["onClosed"]>): void {
    this.receiver?.onClosed(...closed);
  }
}
