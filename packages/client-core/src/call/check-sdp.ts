import { ClientError } from "../errors/client-error.ts";

/** What the text says is the application's affair. @throws {ClientError} `CONFIG_INVALID` for what is no text. */
export function checkSdp(sdp: string | undefined): void {
  if (sdp !== undefined && typeof sdp !== "string")
    throw new ClientError("CONFIG_INVALID", "`sdp` is the text of a session description; `serializeSdp` of sidetone/sdp makes one");
}
