import { eventually } from "../peers/process/eventually.ts";
import { PeerProcess } from "../peers/process/peer-process.ts";
import type { ScratchFolder } from "../peers/process/scratch-folder.ts";

/** An OPTIONS request, as bytes on the wire. */
export const options = (port: number): string =>
  [
    `OPTIONS sip:127.0.0.1:${port} SIP/2.0`,
    "Via: SIP/2.0/TLS 127.0.0.1:5061;branch=z9hG4bKopenssl",
    "Max-Forwards: 70",
    "From: <sip:openssl@sip.test>;tag=1",
    "To: <sip:sip.test>",
    "Call-ID: openssl",
    "CSeq: 1 OPTIONS",
    "Content-Length: 0",
    "\r\n",
  ].join("\r\n");

/** Runs `openssl s_client`, which sends an OPTIONS, and gives what it prints. */
export async function sClient(port: number, folder: ScratchFolder, args: readonly string[] = []): Promise<string> {
  const fixed = ["s_client", "-connect", `127.0.0.1:${port}`, "-CAfile", folder.file("ca.pem"), "-verify_return_error", "-ign_eof"];
  await using client = new PeerProcess("openssl", [...fixed, ...args], { cwd: folder.path, atMostSeconds: 20, input: "open" });
  client.input!.write(options(port));
  await eventually("openssl has an answer, or has ended", () => client.hasExited || /SIP\/2\.0 \d+[^]*\r\n\r\n/.test(client.output));
  return client.output;
}
