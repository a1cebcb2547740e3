import { liveText } from "../live-line.ts";
import type { PhoneCall } from "./phone-call.ts";

/** What of a phone is shown before what is typed. */
export interface PromptView {
  readonly calls: readonly PhoneCall[];
  readonly selected: PhoneCall | undefined;
  readonly registrations: { readonly summary: string };
}

/** What the phone does, in parts of falling importance. */
export function promptText({ calls, selected, registrations }: PromptView, nowMs: number): string {
  const parts: string[] = [];
  const waiting = calls.find((each) => each.waiting && each !== selected);
  if (waiting) parts.push(`${waiting.name} calls, answer ${waiting.number}`);
  if (selected)
    parts.push(`${selected.number} ${selected.name} ${selected.call.muted.microphone ? "muted " : ""}${liveText(selected.call, nowMs)}`);
  else parts.push(registrations.summary);
  const others = calls.filter((each) => each !== selected && each !== waiting).length;
  if (others > 0) parts.splice(1, 0, `and ${others} more`);
  return parts.join("  ");
}
