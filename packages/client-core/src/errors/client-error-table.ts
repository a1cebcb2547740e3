export type ClientErrorCategory = "registration" | "call" | "media" | "network" | "protocol" | "configuration" | "session" | "system";

/**
 * What an application would do about an error: try again at once, try again with a growing delay (`retryWithBackoff`), let the user correct
 * something, give up, or fix its own code.
 */
export type RecoveryAction = "Retry" | "RetryLater" | "AskUser" | "GiveUp" | "FixCode";

/** Every code of a {@link ClientError}; docs/reference/errors.md has an entry for each. */
export type ClientErrorCode =
  | "CONFIG_INVALID"
  | "CONFIG_UNSUPPORTED"
  | "SIP_URI_INVALID"
  | "CLIENT_STOPPED"
  | "CALL_NOT_FOUND"
  | "CALL_STATE_INVALID"
  | "CALL_ENDED"
  | "CALL_REJECTED"
  | "CALL_BUSY"
  | "CALL_NO_ANSWER"
  | "CALL_CANCELLED"
  | "CALL_REDIRECTED"
  | "CALL_MODIFICATION_REFUSED"
  | "TOO_MANY_CALLS"
  | "ACCOUNT_NOT_FOUND"
  | "REGISTRATION_FAILED"
  | "REGISTRATION_EXPIRED"
  | "NOT_REGISTERED"
  | "AUTHENTICATION_FAILED"
  | "PERMISSION_DENIED"
  | "RESOURCE_UNAVAILABLE"
  | "MEDIA_NEGOTIATION_FAILED"
  | "MEDIA_NO_COMMON_CODEC"
  | "MEDIA_NOT_AVAILABLE"
  | "MEDIA_FILE_UNUSABLE"
  | "CODEC_UNSUPPORTED"
  | "TIMEOUT"
  | "SERVER_UNREACHABLE"
  | "CERTIFICATE_NOT_TRUSTED"
  | "TRANSPORT_FAILED"
  | "EVENTS_OVERRUN";

export interface ClientErrorRow {
  readonly category: ClientErrorCategory;
  readonly recoveryAction: RecoveryAction;
  readonly userMessage: string;
}

const row = (category: ClientErrorCategory, recoveryAction: RecoveryAction, userMessage: string): ClientErrorRow => ({
  category,
  recoveryAction,
  userMessage,
});

/** What each code means to an application and to a person. */
// prettier-ignore
export const clientErrorTable: Readonly<Record<ClientErrorCode, ClientErrorRow>> = {
  CONFIG_INVALID:           row("configuration", "FixCode",    "A setting is not valid."),
  CONFIG_UNSUPPORTED:       row("configuration", "FixCode",    "A setting asks for something that is not available."),
  SIP_URI_INVALID:          row("protocol",      "AskUser",    "This is not a valid address or number."),
  CLIENT_STOPPED:           row("session",       "FixCode",    "The phone is switched off."),
  CALL_NOT_FOUND:           row("call",          "FixCode",    "There is no such call."),
  CALL_STATE_INVALID:       row("call",          "FixCode",    "That is not possible at this point of the call."),
  CALL_ENDED:               row("call",          "GiveUp",     "The call has ended."),
  CALL_REJECTED:            row("call",          "GiveUp",     "The call was declined."),
  CALL_BUSY:                row("call",          "RetryLater", "The line is busy."),
  CALL_NO_ANSWER:           row("call",          "RetryLater", "Nobody answered."),
  CALL_CANCELLED:           row("call",          "GiveUp",     "The call was cancelled."),
  CALL_REDIRECTED:          row("call",          "AskUser",    "The person can be reached at another address."),
  CALL_MODIFICATION_REFUSED: row("call",         "RetryLater", "The other side did not agree to the change."),
  TOO_MANY_CALLS:           row("session",       "RetryLater", "There are too many calls at the moment."),
  ACCOUNT_NOT_FOUND:        row("registration",  "FixCode",    "There is no such account."),
  REGISTRATION_FAILED:      row("registration",  "RetryLater", "The server did not accept the registration."),
  REGISTRATION_EXPIRED:     row("registration",  "RetryLater", "The connection to the server was lost."),
  NOT_REGISTERED:           row("registration",  "Retry",      "The phone is not registered."),
  AUTHENTICATION_FAILED:    row("session",       "AskUser",    "The user name or password is wrong."),
  PERMISSION_DENIED:        row("system",        "FixCode",    "Permission is missing."),
  RESOURCE_UNAVAILABLE:     row("system",        "RetryLater", "Something that is needed is in use."),
  MEDIA_NEGOTIATION_FAILED: row("media",         "GiveUp",     "The two phones found no common way to send audio."),
  MEDIA_NO_COMMON_CODEC:    row("media",         "GiveUp",     "The two phones speak no common audio format."),
  MEDIA_NOT_AVAILABLE:      row("media",         "FixCode",    "There is no audio in this call."),
  MEDIA_FILE_UNUSABLE:      row("media",         "AskUser",    "The audio file cannot be used."),
  CODEC_UNSUPPORTED:        row("media",         "FixCode",    "This audio format is not available."),
  TIMEOUT:                  row("network",       "RetryLater", "There was no reply."),
  SERVER_UNREACHABLE:       row("network",       "RetryLater", "The other side cannot be reached."),
  CERTIFICATE_NOT_TRUSTED:  row("network",       "AskUser",    "The server could not prove that it is the right one."),
  TRANSPORT_FAILED:         row("network",       "RetryLater", "The network failed."),
  EVENTS_OVERRUN:           row("system",        "Retry",      "Events came faster than they were read."),
};
