import type { Body } from "@sidetone/dialog-core";

/** A session description as the body of a SIP message. */
export function sdpBody(text: string): Body {
  return { contentType: "application/sdp", content: Buffer.from(text) };
}

const decoder = new TextDecoder();

/** The text of a session description; it is UTF-8 (RFC 8866 §5). */
export function sdpText({ content }: Pick<Body, "content">): string {
  return decoder.decode(content);
}
