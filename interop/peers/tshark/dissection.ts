import { PeerProcess } from "../process/peer-process.ts";

/** After the first STUN message on a port, tshark takes the RTP behind it for STUN, too; told not to guess, it keeps to what SDP says. */
const noGuessing = ["--disable-heuristic", "stun_udp"];

/** What tshark makes of a capture: an opinion on every packet by people who never saw this stack. */
export class Dissection {
  readonly #file: string;
  readonly #decodeAs: readonly string[];

  readonly #noGuessing: readonly string[];

  /**
   * @param sipPorts ports that carry SIP besides 5060.
   * @param findsStun whether STUN beside RTP is shown as such.
   */
  constructor(file: string, sipPorts: readonly number[], findsStun = false) {
    this.#file = file;
    this.#noGuessing = findsStun ? [] : noGuessing;
    this.#decodeAs = sipPorts.flatMap((port) => ["-d", `udp.port==${port},sip`, "-d", `tcp.port==${port},sip`]);
  }

  /** These fields of every packet that the (Wireshark) filter selects. A field that occurs several times in a packet has commas. */
  async fields(filter: string, names: readonly string[]): Promise<string[][]> {
    const output = await this.#run(["-Y", filter, "-T", "fields", "-E", "separator=|", ...names.flatMap((name) => ["-e", name])]);
    return output
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => line.split("|"));
  }

  /** One line for every packet that the filter selects. */
  async lines(filter: string): Promise<string[]> {
    return (await this.#run(["-Y", filter])).split("\n").filter((line) => line !== "");
  }

  /** One of tshark's statistics, as it prints them: `sip,stat`, `rtp,streams` … */
  statistics(name: string): Promise<string> {
    return this.#run(["-q", "-z", name]);
  }

  async #run(args: readonly string[]): Promise<string> {
    const words = ["-n", ...this.#noGuessing, "-r", this.#file, ...this.#decodeAs, ...args];
    const tshark = new PeerProcess("tshark", words, { cwd: "/", atMostSeconds: 60 });
    const exitCode = await tshark.exited;
    if (exitCode !== 0) throw new Error(`tshark ended with ${exitCode}:\n${tshark.lastWords}`);
    return tshark.stdout;
  }
}
