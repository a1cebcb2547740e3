import { UsageError } from "../usage-error.ts";
import { digits } from "../option-values.ts";
import type { PhoneCall } from "./phone-call.ts";
import type { Phone } from "./phone.ts";
import { listCalls, reportQuality } from "./phone-reports.ts";
import type { Verb, VerbResult } from "./verb.ts";
import { atMost, callNumber, valueOf } from "./verb-values.ts";

const numbers = ({ calls }: Phone): string[] => calls.map(({ number }) => String(number));
const waitingNumbers = ({ calls }: Phone): string[] => calls.filter(({ waiting }) => waiting).map(({ number }) => String(number));
const about = ({ number, call }: PhoneCall): VerbResult => ({ fields: { number, callId: call.id } });

/** Verbs about calls. */
export const callVerbs: Readonly<Record<string, Verb>> = {
  call: {
    aliases: ["dial"],
    takes: "TARGET [from ACCOUNT]",
    does: "call somebody; a call that is talked to is put on hold",
    examples: ["call bob", "call sip:bob@192.0.2.7:5070", 'call "+49 30 1234" from work'],
    complete: (phone, before) => {
      if (before.length === 0) return [...new Set(phone.log.calls.map(({ remote }) => remote).reverse())];
      if (before.length === 1) return phone.client.accounts.length > 1 ? ["from"] : [];
      return before[1] === "from" && before.length === 2 ? phone.client.accounts.map(({ id }) => id) : [];
    },
    run: async ({ phone }, args) => {
      const [target, from, account] = args;
      atMost(3, args);
      if (target === undefined) throw new UsageError("call whom? Like: call bob, or call sip:bob@192.0.2.7");
      if (from !== undefined && (from !== "from" || account === undefined))
        throw new UsageError(`behind ${target} there can be "from" and an account; a number with spaces needs quotes`);
      return about(await phone.call(target, account === undefined ? undefined : phone.registrations.require(account)));
    },
  },
  answer: {
    aliases: ["a"],
    takes: "[NUMBER]",
    does: "answer who calls; a call that is talked to is put on hold",
    examples: ["answer", "answer 2"],
    complete: (phone, before) => (before.length === 0 ? waitingNumbers(phone) : []),
    run: async ({ phone }, args) => {
      atMost(1, args);
      await phone.answer(callNumber(args[0]));
      return about(phone.require());
    },
  },
  reject: {
    takes: "[NUMBER] [STATUS]",
    does: "refuse who calls, with 486 or another status",
    examples: ["reject", "reject 2", "reject 603", "reject 2 480"],
    complete: (phone, before) => (before.length === 0 ? waitingNumbers(phone) : []),
    run: ({ phone }, args) => {
      atMost(2, args);
      // A status has three digits, and no phone that many calls.
      const [number, status] = args.length === 1 && /^[4-6]\d\d$/.test(args[0]!) ? [undefined, args[0]] : args;
      if (status !== undefined && !/^[4-6]\d\d$/.test(status))
        throw new UsageError(`${JSON.stringify(status)} is no status from 400 to 699`);
      phone.reject(callNumber(number), status === undefined ? undefined : Number(status));
    },
  },
  hangup: {
    aliases: ["h", "bye"],
    takes: "[NUMBER | all]",
    does: "end a call, at any time of it",
    examples: ["hangup", "hangup 2", "hangup all"],
    complete: (phone, before) => (before.length === 0 ? [...numbers(phone), "all"] : []),
    run: ({ phone }, args) => {
      atMost(1, args);
      return args[0] === "all" ? phone.hangUpAll() : phone.hangUp(callNumber(args[0]));
    },
  },
  hold: {
    does: "put the other side on hold",
    run: async ({ phone }, args) => {
      atMost(0, args);
      await phone.require().call.hold();
    },
  },
  resume: {
    aliases: ["unhold"],
    does: "take the other side off hold",
    run: async ({ phone }, args) => {
      atMost(0, args);
      await phone.require().call.resume();
    },
  },
  switch: {
    aliases: ["select"],
    takes: "NUMBER",
    does: "talk to another call; the one before is put on hold",
    examples: ["switch 2"],
    complete: (phone, before) => (before.length === 0 ? numbers(phone) : []),
    run: async ({ phone }, args) => {
      atMost(1, args);
      const number = callNumber(args[0]);
      if (number === undefined) throw new UsageError("switch to which call? Like: switch 2; list shows them");
      await phone.switchTo(number);
      const { call, name } = phone.require();
      return { text: `you talk to ${name} now (call ${number})`, fields: { number, callId: call.id } };
    },
  },
  dtmf: {
    aliases: ["digits"],
    takes: "DIGITS",
    does: "send key presses: 0-9 * # A-D",
    examples: ["dtmf 12#"],
    run: async ({ phone }, args) => {
      const pressed = valueOf(args.length === 0 ? undefined : args.join(""), digits, "row of key presses");
      await phone.require().call.sendDtmf(pressed);
    },
  },
  list: {
    aliases: ["calls"],
    does: "show the calls and their numbers; * is the selected one",
    run: ({ phone }, args) => {
      atMost(0, args);
      return listCalls(phone);
    },
  },
  quality: {
    aliases: ["stats"],
    takes: "[NUMBER]",
    does: "show what is measured: loss, jitter, round trip, MOS",
    complete: (phone, before) => (before.length === 0 ? numbers(phone) : []),
    run: ({ phone }, args) => {
      atMost(1, args);
      return reportQuality(phone.require(callNumber(args[0])));
    },
  },
};
