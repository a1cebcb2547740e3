import type { KeepAliveMode, NatMode } from "@sidetone/client-core";
import { z } from "zod";
import { must, numericAddress, text } from "./schema-fields.ts";

const publicAddress = (): z.ZodString => numericAddress("a numeric address that others can reach, without port");
const stunServer = (): z.ZodString => text('a STUN server like "stun.example.org" or "192.0.2.1:3479"', (value) => !/[\s/]/.test(value));
const addressWanted = "an address, or an object with signalling or media, or both";
const natWanted = '"auto", "off" or an object with publicAddress or stun, or both';

/** How an account is reached through a NAT. */
export const natSchema: z.ZodType<NatMode> = z.union(
  [
    z.enum(["auto", "off"]),
    z
      .strictObject({
        publicAddress: z
          .union(
            [
              publicAddress(),
              z
                .strictObject({ signalling: publicAddress(), media: publicAddress() })
                .partial()
                .refine(({ signalling, media }) => (signalling ?? media) !== undefined, { error: must(addressWanted) }),
            ],
            { error: must(addressWanted) },
          )
          .describe("Under which the world reaches this phone, where a NAT maps it for good"),
        stun: z
          .union([stunServer(), z.array(stunServer()).min(1, { error: must("a STUN server or a list of them") })], {
            error: must("a STUN server or a list of them"),
          })
          .describe("Asked for the public addresses of RTP ports"),
      })
      .partial()
      .refine(({ publicAddress, stun }) => (publicAddress ?? stun) !== undefined, { error: must(natWanted) }),
  ],
  { error: must(natWanted) },
) as z.ZodType<NatMode>;

const keepAliveWanted = '"auto", "off" or an object with intervalSeconds or options, or both';
const intervalWanted = "a number of seconds from 1 to 86400";

/** How the way to a registrar is kept open. */
export const keepAliveSchema: z.ZodType<KeepAliveMode> = z.union(
  [
    z.enum(["auto", "off"]),
    z
      .strictObject({
        intervalSeconds: z
          .number({ error: must(intervalWanted) })
          .min(1, { error: must(intervalWanted) })
          .max(86400, { error: must(intervalWanted) })
          .describe("Longest time between two keep-alives"),
        options: z.boolean({ error: must("true or false") }).describe("Asks by OPTIONS, which every server answers; default: false"),
      })
      .partial(),
  ],
  { error: must(keepAliveWanted) },
) as z.ZodType<KeepAliveMode>;

/** Addresses, networks and host names. */
export function peers(): z.ZodArray<z.ZodString> {
  const wanted = "an address, a network like 192.0.2.0/24 or a host name";
  return z
    .array(
      text(wanted, (value) => /^[^\s@;?]+$/.test(value)),
      { error: must("a list of addresses, networks and host names") },
    )
    .min(1, {
      error: must("a list of one or more"),
    });
}
