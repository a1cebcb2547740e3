import type { AudioCodec, CodecRegistry } from "@sidetone/media-core";
import { SessionError } from "./session-error.ts";

/**
 * The codecs of these names, in their order; without names all there are.
 *
 * @throws {SessionError} `SESSION_CODEC` for a name that is not known, and for none at all.
 */
export function codecsNamed(registry: CodecRegistry, names: readonly string[] | undefined): readonly AudioCodec[] {
  if (!names) return registry.codecs;
  const known = registry.codecs.map(({ encodingName }) => encodingName).join(", ");
  if (names.length === 0) throw new SessionError("SESSION_CODEC", `At least one codec is needed; there are ${known}`);
  return names.map((name) => {
    const codec = registry.find(name);
    if (!codec) throw new SessionError("SESSION_CODEC", `There is no codec ${JSON.stringify(name.slice(0, 80))} here; there are ${known}`);
    return codec;
  });
}
