import type { TransitionTable } from "@sidetone/infra-common";

export type RegistrationState =
  /** Nothing is registered, and nothing is tried. */
  | "Cancelled"
  /** The first REGISTER waits for its answer. */
  | "Registering"
  /** The registrar holds the binding. */
  | "Active"
  /** … and a REGISTER that prolongs it waits for its answer. */
  | "Refreshing"
  /** … and prolonging it failed and is tried again soon. */
  | "RefreshWaiting"
  /** The binding has run out while its REGISTER waits for an answer. */
  | "Renewing"
  /** The binding has run out; the next try waits for its time. */
  | "Expired"
  /** There was no binding to lose; the next try waits for its time. */
  | "Retrying"
  /** The flow that held the binding has failed; the REGISTER over a new one waits for its answer. */
  | "Recovering"
  /** … and the next try waits for its time. */
  | "RecoverWaiting"
  /** The registrar has refused for a reason that time does not heal. */
  | "Failed"
  /** To be un-registered as soon as the REGISTER under way has its answer: two at a time are forbidden (RFC 3261 §10.2). */
  | "Stopping"
  /** The REGISTER that removes the binding waits for its answer. */
  | "Unregistering"
  /** … and the binding is wanted again behind it. */
  | "Restarting";

export type RegistrationInput =
  | "register"
  | "unregister"
  /** 2xx, and the binding is as it should be. */
  | "accepted"
  /** The same has to be asked otherwise: 423, 3xx, or a 2xx that taught another Contact. */
  | "again"
  /** No answer, or one that time may change. */
  | "failed"
  /** An answer that trying again does not change: a wrong password, an unknown user. */
  | "rejected"
  /** It is time to refresh, or to try again. */
  | "due"
  /** The binding has run out. */
  | "expired"
  /** The flow that the binding leads over has failed. */
  | "flowLost"
  /** … again, soon after the one before. */
  | "flowLostAgain"
  /** The registrar had its time to answer the un-registration. */
  | "giveUp"
  | "close";

export type RegistrationAction =
  | "sendRegister"
  | "sendUnregister"
  | "takeBinding"
  | "dropBinding"
  | "scheduleRetry"
  | "startGiveUp"
  | "stopTimers"
  | "stopTimer"
  | "report";

/** A registration (RFC 3261 §10.2): kept alive, tried again, removed. Each `report` is one change that its user hears of. */
// prettier-ignore
export const registrationTable: TransitionTable<RegistrationState, RegistrationInput, RegistrationAction> = {
  Cancelled: {
    register:   ["Registering", "sendRegister", "report"],
  },
  Registering: {
    accepted:   ["Active", "takeBinding", "report"],
    again:      ["Registering", "sendRegister"],
    failed:     ["Retrying", "dropBinding", "scheduleRetry", "report"],
    rejected:   ["Failed", "dropBinding", "report"],
    unregister: ["Stopping", "startGiveUp"],
    close:      ["Cancelled", "stopTimers", "dropBinding", "report"],
  },
  Active: {
    register:   ["Refreshing", "sendRegister"],
    due:        ["Refreshing", "sendRegister"],
    expired:    ["Renewing", "dropBinding", "sendRegister", "report"], // the machine has slept over the refresh
    flowLost:   ["Recovering", "sendRegister", "report"], // RFC 5626 §4.5: the first try at once
    flowLostAgain: ["RecoverWaiting", "scheduleRetry", "report"],
    unregister: ["Unregistering", "sendUnregister", "startGiveUp", "report"],
    close:      ["Cancelled", "stopTimers", "dropBinding", "report"],
  },
  Refreshing: {
    accepted:   ["Active", "takeBinding", "report"],
    again:      ["Refreshing", "sendRegister"],
    failed:     ["RefreshWaiting", "scheduleRetry", "report"],
    rejected:   ["Failed", "stopTimers", "dropBinding", "report"],
    expired:    ["Renewing", "dropBinding", "report"],
    flowLost:   ["Recovering", "report"],
    flowLostAgain: ["Recovering", "report"],
    unregister: ["Stopping", "startGiveUp", "report"],
    close:      ["Cancelled", "stopTimers", "dropBinding", "report"],
  },
  RefreshWaiting: {
    register:   ["Refreshing", "sendRegister"],
    due:        ["Refreshing", "sendRegister"],
    expired:    ["Expired", "dropBinding", "report"],
    flowLost:   ["RecoverWaiting", "report"],
    flowLostAgain: ["RecoverWaiting", "report"],
    unregister: ["Unregistering", "sendUnregister", "startGiveUp", "report"],
    close:      ["Cancelled", "stopTimers", "dropBinding", "report"],
  },
  Recovering: {
    accepted:   ["Active", "takeBinding", "report"],
    again:      ["Recovering", "sendRegister"],
    failed:     ["RecoverWaiting", "scheduleRetry", "report"],
    rejected:   ["Failed", "stopTimers", "dropBinding", "report"],
    expired:    ["Renewing", "dropBinding", "report"],
    unregister: ["Stopping", "startGiveUp"],
    close:      ["Cancelled", "stopTimers", "dropBinding", "report"],
  },
  RecoverWaiting: {
    register:   ["Recovering", "sendRegister", "report"],
    due:        ["Recovering", "sendRegister", "report"],
    expired:    ["Expired", "dropBinding", "report"],
    unregister: ["Unregistering", "sendUnregister", "startGiveUp", "report"],
    close:      ["Cancelled", "stopTimers", "dropBinding", "report"],
  },
  Renewing: {
    accepted:   ["Active", "takeBinding", "report"],
    again:      ["Renewing", "sendRegister"],
    failed:     ["Expired", "scheduleRetry", "report"],
    rejected:   ["Failed", "report"],
    unregister: ["Stopping", "startGiveUp", "report"],
    close:      ["Cancelled", "stopTimers", "dropBinding", "report"],
  },
  Expired: {
    register:   ["Registering", "sendRegister", "report"],
    due:        ["Registering", "sendRegister", "report"],
    unregister: ["Cancelled", "stopTimers", "dropBinding", "report"],
    close:      ["Cancelled", "stopTimers", "dropBinding", "report"],
  },
  Retrying: {
    register:   ["Registering", "sendRegister", "report"],
    due:        ["Registering", "sendRegister", "report"],
    unregister: ["Cancelled", "stopTimers", "dropBinding", "report"],
    close:      ["Cancelled", "stopTimers", "dropBinding", "report"],
  },
  Failed: {
    register:   ["Registering", "sendRegister", "report"],
    unregister: ["Cancelled", "dropBinding", "report"],
    close:      ["Cancelled", "dropBinding", "report"],
  },
  Stopping: {
    accepted:   ["Unregistering", "sendUnregister"],
    again:      ["Unregistering", "sendUnregister"],
    failed:     ["Unregistering", "sendUnregister"],
    rejected:   ["Unregistering", "sendUnregister"],
    register:   ["Registering", "stopTimer"],
    giveUp:     ["Cancelled", "stopTimers", "dropBinding", "report"],
    close:      ["Cancelled", "stopTimers", "dropBinding", "report"],
  },
  Unregistering: {
    accepted:   ["Cancelled", "stopTimers", "dropBinding", "report"],
    failed:     ["Cancelled", "stopTimers", "dropBinding", "report"],
    rejected:   ["Cancelled", "stopTimers", "dropBinding", "report"],
    register:   ["Restarting"],
    giveUp:     ["Cancelled", "stopTimers", "dropBinding", "report"],
    close:      ["Cancelled", "stopTimers", "dropBinding", "report"],
  },
  Restarting: {
    accepted:   ["Registering", "stopTimers", "dropBinding", "sendRegister"],
    failed:     ["Registering", "stopTimers", "dropBinding", "sendRegister"],
    rejected:   ["Registering", "stopTimers", "dropBinding", "sendRegister"],
    unregister: ["Unregistering"],
    giveUp:     ["Registering", "stopTimers", "dropBinding", "sendRegister"],
    close:      ["Cancelled", "stopTimers", "dropBinding", "report"],
  },
};
