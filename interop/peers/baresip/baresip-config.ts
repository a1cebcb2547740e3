export interface BaresipPorts {
  readonly sip: number;
  readonly control: number;
  readonly firstRtp: number;
  readonly lastRtp: number;
}

/** The frequency that every baresip of these tests speaks with, in Hz. */
export const baresipToneHz = 440;

/** baresip's `config`: loopback only, G.711, a tone for a microphone, what is decoded and encoded written to WAV files in `folder`. */
export function baresipConfig(folder: string, ports: BaresipPorts, options: { rtcpMux?: boolean } = {}): string {
  const settings: readonly (readonly [string, string])[] = [
    ["poll_method", "epoll"],
    ["net_interface", "127.0.0.1"],
    ["sip_listen", `127.0.0.1:${ports.sip}`],
    ["call_local_timeout", "60"],
    ["call_max_calls", "1"],
    ["audio_source", `ausine,${baresipToneHz}`],
    ["audio_player", "aubridge,nil"],
    ["audio_alert", "aubridge,nil"],
    ["audio_txmode", "thread"],
    // ausine makes 48 kHz alone, in two channels.
    ["ausrc_srate", "48000"],
    ["ausrc_channels", "2"],
    ["auplay_srate", "48000"],
    ["auplay_channels", "2"],
    ["rtp_ports", `${ports.firstRtp}-${ports.lastRtp}`],
    ["rtp_stats", "yes"],
    ["rtcp_mux", options.rtcpMux ? "yes" : "no"],
    ["statmode_default", "off"],
    ["jitter_buffer_delay", "2-10"],
    ["snd_path", folder],
    ["ctrl_tcp_listen", `127.0.0.1:${ports.control}`],
    ["module_path", "/usr/lib/baresip/modules"],
    ...["g711", "ausine", "aubridge", "sndfile"].map((name) => ["module", `${name}.so`] as const),
    ...["uuid", "account"].map((name) => ["module_tmp", `${name}.so`] as const),
    ...["menu", "debug_cmd", "ctrl_tcp"].map((name) => ["module_app", `${name}.so`] as const),
  ];
  return settings.map(([name, value]) => `${name}\t${value}\n`).join("");
}

export interface BaresipAccount {
  /** Default `phone`. */
  user?: string;
  /** Default 127.0.0.1. */
  domain?: string;
  /** Whether it picks up by itself. Default `manual`. */
  answers?: "auto" | "manual";
  /** In order of preference. Default PCMU, PCMA. */
  codecs?: readonly ("PCMU" | "PCMA")[];
  password?: string;
  /** One port for RTP and RTCP, where the other side wants it, too (RFC 5761). Default false. */
  rtcpMux?: boolean;
  /** Registers at its domain, for so many seconds. Default: it does not register. */
  registersFor?: number;
  /** `127.0.0.1:5060`: where its calls go first. */
  outboundProxy?: string;
}

/** One line of baresip's `accounts`. */
export function baresipAccount(account: BaresipAccount): string {
  const {
    user = "phone",
    domain = "127.0.0.1",
    answers = "manual",
    codecs = ["PCMU", "PCMA"],
    password,
    outboundProxy,
    registersFor = 0,
  } = account;
  const parameters = [
    `regint=${registersFor}`,
    `answermode=${answers}`,
    `audio_codecs=${codecs.map((codec) => codec.toLowerCase()).join(",")}`,
    ...(password === undefined ? [] : [`auth_pass=${password}`]),
    ...(outboundProxy === undefined ? [] : [`outbound="sip:${outboundProxy};transport=udp"`]),
  ];
  return `<sip:${user}@${domain}>;${parameters.join(";")}\n`;
}
