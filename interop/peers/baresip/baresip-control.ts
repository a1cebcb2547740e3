import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { eventually } from "../process/eventually.ts";
import { encodeNetstring, NetstringReader } from "./netstring.ts";

/** What baresip reports of its calls: `CALL_ESTABLISHED`, `CALL_CLOSED`, `CALL_DTMF_START` … */
export interface BaresipEvent {
  readonly type: string;
  readonly param?: string;
  readonly direction?: string;
  readonly peeruri?: string;
}

interface BaresipResponse {
  readonly ok: boolean;
  readonly data: string;
}

/** baresip's control port (module ctrl_tcp): commands as its menu knows them, and its events. */
export class BaresipControl implements Disposable {
  readonly events: BaresipEvent[] = [];
  readonly #socket: Socket;
  readonly #reader = new NetstringReader();
  readonly #waiting = new Map<string, (response: BaresipResponse) => void>();
  #tokens = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk) => this.#reader.push(chunk).forEach((text) => this.#take(text)));
    socket.on("error", () => {}); // baresip has ended; whoever waits runs into its time limit
  }

  static async connect(port: number): Promise<BaresipControl> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    return new BaresipControl(socket);
  }

  /** Runs a command of the menu and gives what it prints. Rejects when baresip does not know it (some exist only during a call). */
  async command(command: string, params = ""): Promise<string> {
    const token = String(++this.#tokens);
    let response: BaresipResponse | undefined;
    this.#waiting.set(token, (answer) => (response = answer));
    this.#socket.write(encodeNetstring(JSON.stringify({ command, params, token })));
    const { ok, data } = await eventually(`baresip runs ${command}`, () => response);
    if (!ok) throw new Error(`baresip refused "${command} ${params}": ${data}`);
    return data;
  }

  /** Waits for the `count`th event of this type since baresip was started. */
  async event(type: string, options: { count?: number; withinMs?: number } = {}): Promise<BaresipEvent> {
    const { count = 1, ...wait } = options;
    return eventually(`baresip reports ${type} (${count})`, () => this.events.filter((event) => event.type === type)[count - 1], wait);
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  #take(text: string): void {
    const message = JSON.parse(text) as (BaresipEvent & { event: true }) | (BaresipResponse & { event?: undefined; token: string });
    if (message.event) return void this.events.push(message);
    this.#waiting.get(message.token)?.(message);
    this.#waiting.delete(message.token);
  }
}
