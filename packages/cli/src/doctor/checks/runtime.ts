import type { Check } from "../check.ts";
import { finding } from "../finding.ts";

/** As `engines` of package.json says; a test holds the two together. */
export const leastNodeVersion = "20.19.0";

/** Whether Node is one that the stack is made for. */
export const runtimeCheck: Check = {
  name: "runtime",
  title: "Node",
  run: ({ machine: { nodeVersion, platform } }) => {
    const options = { data: { nodeVersion, platform } };
    if (isAtLeast(nodeVersion, leastNodeVersion))
      return Promise.resolve([finding("NODE_VERSION", `Node ${nodeVersion} on ${platform}`, options)]);
    const advice = `install Node ${leastNodeVersion} or newer (https://nodejs.org)`;
    return Promise.resolve([finding("NODE_TOO_OLD", `Node ${nodeVersion} is too old for Sidetone`, { ...options, advice })]);
  },
};

function isAtLeast(version: string, least: string): boolean {
  const [one, other] = [version, least].map((text) => text.split(".").map((part) => Number.parseInt(part, 10)));
  for (const [i, wanted] of other!.entries()) {
    const part = one![i] ?? 0;
    if (part !== wanted) return part > wanted;
  }
  return true;
}
