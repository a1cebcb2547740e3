import { callReport, rounded } from "../call-report.ts";
import { minutes, stateOf } from "../live-line.ts";
import type { LoggedCall } from "./call-log.ts";
import type { PhoneCall } from "./phone-call.ts";
import type { Phone } from "./phone.ts";
import { stateWords } from "./phone-registrations.ts";
import type { VerbResult } from "./verb.ts";

/** The calls that have not ended. */
export function listCalls({ calls, selected, client }: Phone): VerbResult {
  const now = client.environment.clock.now();
  const rows = calls.map(({ number, name, call, waiting, audio }) => [
    call === selected?.call ? "*" : " ",
    String(number),
    call.remote.displayName ? `${name} <${call.remote.uri}>` : call.remote.uri,
    stateOf(call),
    minutes(now - (call.connectedAtMs ?? call.startedAtMs)),
    [call.codec ?? "", call.muted.microphone ? "muted" : "", waiting ? `answer ${number}` : "", recordingText(audio.recordingPath)]
      .filter((part) => part !== "")
      .join(", "),
  ]);
  return {
    text: rows.length === 0 ? "no calls" : table(rows),
    fields: {
      calls: calls.map(({ number, call, waiting, audio }) => ({
        number,
        callId: call.id,
        isSelected: call === selected?.call,
        isWaiting: waiting !== undefined,
        direction: call.direction,
        remote: call.remote.uri,
        displayName: call.remote.displayName ?? null,
        account: call.account.id,
        phase: call.phase,
        hold: { local: call.holding.local, remote: call.holding.remote },
        isMuted: call.muted.microphone,
        durationMs: Math.round(call.durationMs),
        codec: call.codec ?? null,
        recording: audio.recordingPath ?? null,
      })),
    },
  };
}

/** What is measured of a call. */
export function reportQuality({ call, number }: PhoneCall): VerbResult {
  const { quality } = call;
  const statistics = call.statistics();
  const figures = {
    codec: call.codec ?? null,
    durationMs: Math.round(call.durationMs),
    packetsSent: statistics?.packetsSent ?? null,
    packetsReceived: statistics?.packetsReceived ?? null,
    packetsLost: statistics?.packetsLost ?? null,
    packetsLate: statistics?.packetsLate ?? null,
    lossPercent: rounded(quality?.lossPercent, 2),
    jitterMs: rounded(quality?.jitterMs, 2),
    roundTripMs: rounded(quality?.roundTripMs, 2),
    rFactor: rounded(quality?.rFactor, 1),
    mos: rounded(quality?.mos, 2),
  };
  const of = (value: number | null, unit = ""): string => (value === null ? "not measured yet" : `${value}${unit}`);
  const text = [
    `call ${number} with ${call.remote.uri}, ${figures.codec ?? "no audio"}, ${minutes(call.durationMs)}`,
    `  sent        ${of(figures.packetsSent, " packets")}`,
    `  received    ${of(figures.packetsReceived, " packets")}, ${of(figures.packetsLost, " lost")}, ${of(figures.packetsLate, " late")}`,
    `  loss now    ${of(figures.lossPercent, " %")}`,
    `  jitter      ${of(figures.jitterMs, " ms")}`,
    `  round trip  ${of(figures.roundTripMs, " ms")}`,
    `  quality     R ${of(figures.rFactor)}, MOS ${of(figures.mos)}`,
  ].join("\n");
  return { text, fields: { number, callId: call.id, ...figures } };
}

/** The accounts, the one that calls are made from first. */
export function listAccounts({ client, registrations: { accounts } }: Phone): VerbResult {
  const now = client.environment.clock.wallNow();
  const rows = accounts.map(({ id, uri, registrar, registration: { state, expiresAtMs, contact, error } }) => [
    id === "default" ? uri.toString() : id,
    stateWords[state],
    state === "Active" && expiresAtMs !== undefined
      ? `for ${Math.round((expiresAtMs - now) / 1000)} s as ${contact}`
      : (error?.message ?? `at ${registrar}`),
  ]);
  return {
    text: rows.length === 0 ? "no account: only direct calls, as to sip:bob@192.0.2.7" : table(rows),
    fields: {
      accounts: accounts.map(({ id, uri, registration: { state, registrar, contact, expiresAtMs, retryAtMs, error } }) => ({
        account: id,
        uri: uri.toString(),
        registrar: registrar ?? null,
        state,
        contact: contact ?? null,
        expiresAtMs: expiresAtMs ?? null,
        retryAtMs: retryAtMs ?? null,
        error: error ?? null,
      })),
    },
  };
}

/** The latest calls that have ended, the latest last. */
export function listHistory({ log }: Phone, count: number): VerbResult {
  const calls = log.calls.slice(-count);
  return { text: calls.length === 0 ? "no calls yet" : table(calls.map(historyRow)), fields: { calls } };
}

function historyRow({ endedAtMs, durationMs, direction, remote, displayName, wasAnswered, outcome }: LoggedCall): string[] {
  const [day = "", time = ""] = new Date(endedAtMs - durationMs).toLocaleString("sv-SE").split(" "); // 2026-11-21 09:15:02, in local time
  return [
    `${day} ${time.slice(0, 5)}`,
    direction === "outgoing" ? "to" : wasAnswered ? "from" : "missed",
    displayName ? `${displayName} <${remote}>` : remote,
    wasAnswered ? minutes(durationMs) : "",
    outcome.replace(/^(no call|call ended): /, "").replace(/ after [\d.]+ s$/, ""),
  ];
}

const recordingText = (path: string | undefined): string => (path === undefined ? "" : `recording to ${path}`);

/** Rows with their cells one below the other. */
function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
