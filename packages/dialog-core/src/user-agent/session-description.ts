import { ContentType, parseMultipart, SipParseError, type Body, type BodyPart, type MediaType, type SipMessage } from "@sidetone/sip-core";

/**
 * The session description in a message: its body, or the first part of a multipart body that is one (RFC 5621 §3.1, §8.2). Undefined
 * when there is none, or when the body is meant for something else than the session (RFC 3261 §20.11).
 */
export function sessionDescriptionOf(message: SipMessage, bodyTypes: ReadonlySet<string>): Body | undefined {
  const { body: content, contentType } = message;
  if (content.length === 0 || contentType === undefined) return undefined;
  if (!isForSession(message.getText("Content-Disposition"))) return undefined;
  if (bodyTypes.has(contentType)) return { contentType, content };
  const mediaType = message.get(ContentType);
  if (!mediaType) return undefined;
  if (bodyTypes.has(mediaType.name)) return { contentType, content };
  return mediaType.type === "multipart" ? find(partsOf(content, mediaType), bodyTypes) : undefined;
}

function partsOf(content: Uint8Array, mediaType: MediaType): readonly BodyPart[] {
  try {
    return parseMultipart(content, mediaType);
  } catch (error) {
    if (error instanceof SipParseError) return [];
    throw error;
  }
}

function find(parts: readonly BodyPart[], bodyTypes: ReadonlySet<string>): Body | undefined {
  for (const part of parts) {
    const nested = part.parts && find(part.parts, bodyTypes);
    if (nested) return nested;
    if (bodyTypes.has(part.contentType.name) && isForSession(part.getText("Content-Disposition"))) {
      return { contentType: part.contentType.toString(), content: part.content };
    }
  }
  return undefined;
}

/** "The value 'session' indicates that the body part describes a session"; so it is without the field (§20.11). */
function isForSession(disposition: string | undefined): boolean {
  return disposition === undefined || /^session\b/i.test(disposition);
}
