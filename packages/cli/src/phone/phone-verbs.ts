import { delay } from "@sidetone/infra-common";
import { didYouMean } from "../nearest.ts";
import { count, seconds } from "../option-values.ts";
import { UsageError } from "../usage-error.ts";
import { audioVerbs } from "./audio-verbs.ts";
import { callVerbs } from "./call-verbs.ts";
import { helpText } from "./help-text.ts";
import { listAccounts, listHistory } from "./phone-reports.ts";
import type { Phone } from "./phone.ts";
import type { Verb } from "./verb.ts";
import { atMost, valueOf } from "./verb-values.ts";
import { waitFor, waitStates } from "./wait-for.ts";

const defaultWaitSeconds = 30;
const defaultHistory = 20;
const accountIds = ({ client }: Phone, before: readonly string[]): string[] =>
  before.length === 0 ? client.accounts.map(({ id }) => id) : [];

const accountVerbs: Readonly<Record<string, Verb>> = {
  register: {
    takes: "[ACCOUNT]",
    does: "register an account, or all of them, and stay registered",
    complete: accountIds,
    run: ({ phone, leaving }, args) => {
      atMost(1, args);
      return phone.registrations.register(args[0], leaving);
    },
  },
  unregister: {
    takes: "[ACCOUNT]",
    does: "un-register an account, or all of them",
    complete: accountIds,
    run: ({ phone }, args) => {
      atMost(1, args);
      return phone.registrations.unregister(args[0]);
    },
  },
  accounts: {
    does: "show the accounts and whether they are registered",
    run: ({ phone }, args) => {
      atMost(0, args);
      return listAccounts(phone);
    },
  },
};

const otherVerbs: Readonly<Record<string, Verb>> = {
  history: {
    takes: "[N]",
    does: `show the last calls, ${defaultHistory} or N`,
    run: ({ phone }, args) => {
      atMost(1, args);
      return listHistory(phone, args[0] === undefined ? defaultHistory : valueOf(args[0], count, "number"));
    },
  },
  wait: {
    takes: "STATE [SECONDS]",
    does: `for scripts: go on when it is so, or fail after ${defaultWaitSeconds} or so many seconds`,
    examples: ["wait registered", "wait connected 10"],
    complete: (_phone, before) => (before.length === 0 ? Object.keys(waitStates) : []),
    run: ({ phone, leaving }, args) => {
      atMost(2, args);
      const [state, time] = args;
      const names = Object.keys(waitStates);
      if (state === undefined) throw new UsageError(`wait for what? There are ${names.join(", ")}`);
      if (!Object.hasOwn(waitStates, state))
        throw new UsageError(
          `${JSON.stringify(state)} is nothing to wait for${didYouMean(state, names) || ";"} there are ${names.join(", ")}`,
        );
      return waitFor(phone, state, time === undefined ? defaultWaitSeconds : valueOf(time, seconds, "time"), leaving);
    },
  },
  sleep: {
    takes: "SECONDS",
    does: "for scripts: go on later",
    examples: ["sleep 2.5"],
    run: async ({ phone, leaving }, args) => {
      atMost(1, args);
      await delay(phone.client.environment.clock, valueOf(args[0], seconds, "time") * 1000, leaving);
    },
  },
  help: {
    aliases: ["?"],
    takes: "[COMMAND]",
    does: "show the commands, or more about one",
    complete: (_phone, before) => (before.length === 0 ? Object.keys(verbs) : []),
    run: (_context, args) => {
      atMost(1, args);
      const [name] = args;
      if (name === undefined) return { text: helpText(groups), fields: { commands: Object.keys(verbs) } };
      const [found, verb] = findVerb(name);
      return { text: helpText({ "": { [found]: verb } }) };
    },
  },
  quit: {
    aliases: ["exit", "q"],
    does: "hang up, un-register and leave",
    run: ({ leave }, args) => {
      atMost(0, args);
      leave();
    },
  },
};

const groups = { Calls: callVerbs, Audio: audioVerbs, Accounts: accountVerbs, "The rest": otherVerbs };

/** All that the phone understands, by name. */
export const verbs: Readonly<Record<string, Verb>> = { ...callVerbs, ...audioVerbs, ...accountVerbs, ...otherVerbs };

/** @throws {UsageError} with the nearest one. */
export function findVerb(word: string): [name: string, verb: Verb] {
  const name = word.toLowerCase();
  const found = Object.entries(verbs).find(([each, { aliases }]) => each === name || aliases?.includes(name));
  if (found) return found;
  const begun = Object.keys(verbs).filter((each) => each.startsWith(name));
  const advice = begun.length > 0 ? `; did you mean ${begun.join(" or ")}?` : didYouMean(name, Object.keys(verbs));
  throw new UsageError(`${JSON.stringify(word)} is no command${advice || ";"} help lists them`);
}
