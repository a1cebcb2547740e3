import { fileURLToPath } from "node:url";
import { onTestFailed, onTestFinished } from "vitest";
import { PeerProcess } from "../process/peer-process.ts";
import type { ScratchFolder } from "../process/scratch-folder.ts";

export interface JssipAccount {
  /** `wss://127.0.0.1:8443`. */
  readonly url: string;
  /** Whom it sends OPTIONS and MESSAGE to. */
  readonly target: string;
  readonly password: string;
}

const phone = fileURLToPath(new URL("phone.cjs", import.meta.url));

/** A JsSIP as sip:alice@sip.test, who registers, then sends OPTIONS and MESSAGE; it trusts `ca.pem` of the folder, and ends with the test. */
export function startJssip(installed: string, scratch: ScratchFolder, { url, target, password }: JssipAccount): PeerProcess {
  const args = [phone, installed, url, "sip:alice@sip.test", target, scratch.file("ca.pem"), password];
  const jssip = new PeerProcess("node", args, { cwd: scratch.path, atMostSeconds: 30 });
  onTestFinished(() => jssip[Symbol.asyncDispose]());
  onTestFailed(() => console.log(jssip.lastWords));
  return jssip;
}
