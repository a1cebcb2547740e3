import { createHash } from "node:crypto";
import { createSocket } from "node:dgram";

const md5 = (text: string): string => createHash("md5").update(text).digest("hex");

/** Tries passwords for a user at a registrar of realm `sidetone`, one after the other from 127.0.0.1; the status code that each got. */
export async function guessPasswords(port: number, user: string, passwords: readonly string[]): Promise<number[]> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  const uri = `sip:127.0.0.1:${port}`;
  let count = 0;
  const ask = (authorization = ""): Promise<string> => {
    const request =
      `REGISTER ${uri} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:${socket.address().port};branch=z9hG4bKg${++count}\r\nMax-Forwards: 70\r\n` +
      `From: <sip:${user}@127.0.0.1>;tag=g\r\nTo: <sip:${user}@127.0.0.1>\r\nCall-ID: guess\r\nCSeq: ${count} REGISTER\r\n` +
      `${authorization}Content-Length: 0\r\n\r\n`;
    socket.send(request, port, "127.0.0.1");
    return new Promise((resolve) => socket.once("message", (bytes) => resolve(bytes.toString("latin1"))));
  };
  const codes: number[] = [];
  for (const password of passwords) {
    const nonce = /nonce="([^"]*)"/.exec(await ask())?.[1] ?? "";
    const tail = ":00000001:c:auth:";
    const response = md5(`${md5(`${user}:sidetone:${password}`)}:${nonce}${tail}${md5(`REGISTER:${uri}`)}`);
    const answer = await ask(
      `Authorization: Digest username="${user}", realm="sidetone", nonce="${nonce}", uri="${uri}", response="${response}", ` +
        `algorithm=MD5, qop=auth, nc=00000001, cnonce="c"\r\n`,
    );
    codes.push(Number(answer.slice(8, 11)));
  }
  await new Promise<void>((resolve) => socket.close(resolve));
  return codes;
}
