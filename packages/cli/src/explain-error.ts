import { VoipError } from "@sidetone/infra-common";

/** The message of `error` and of the failures beneath it, each said once. */
export function explainError(error: unknown): string {
  const messages: string[] = [];
  for (let link = error; VoipError.is(link); link = link.cause) {
    const { message } = link;
    if (!messages.some((said) => said.includes(message))) messages.push(message);
  }
  if (messages.length > 0) return messages.join(": ");
  return error instanceof Error ? error.message : String(error);
}
