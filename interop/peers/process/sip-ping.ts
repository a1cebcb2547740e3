import { createSocket } from "node:dgram";
import { once } from "node:events";
import { eventually } from "./eventually.ts";

/** Sends OPTIONS over UDP until something answers: then a SIP server is up. Written by hand, so that it does not depend on what is tested. */
export async function answersOptions(port: number, options: { withinMs?: number } = {}): Promise<void> {
  const socket = createSocket("udp4");
  let answered = false;
  socket.on("message", (message) => (answered ||= message.toString("latin1", 0, 8) === "SIP/2.0 "));
  socket.on("error", () => {}); // nobody listens yet
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  let attempt = 0;
  try {
    await eventually(
      `127.0.0.1:${port} answers OPTIONS`,
      () => {
        if (!answered && attempt++ % 10 === 0) socket.send(optionsRequest(port, socket.address().port, attempt), port, "127.0.0.1");
        return answered;
      },
      options,
    );
  } finally {
    socket.close();
  }
}

function optionsRequest(port: number, localPort: number, attempt: number): string {
  return [
    `OPTIONS sip:127.0.0.1:${port} SIP/2.0`,
    `Via: SIP/2.0/UDP 127.0.0.1:${localPort};branch=z9hG4bKping${attempt}`,
    "Max-Forwards: 70",
    "From: <sip:ping@127.0.0.1>;tag=ping",
    `To: <sip:127.0.0.1:${port}>`,
    `Call-ID: ping${attempt}@127.0.0.1`,
    "CSeq: 1 OPTIONS",
    "Content-Length: 0",
    "\r\n",
  ].join("\r\n");
}
