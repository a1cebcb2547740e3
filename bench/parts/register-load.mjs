// Registers again and again, as many at a time as there are users: REGISTER, 401, REGISTER with digest, 200. Written by hand, so that no
// contender drives itself. It never sleeps: to wake it would be work of whoever answers, which phones elsewhere are not. node register-load.mjs PORT USERS SECONDS; prints { registrations, failed, lost } as JSON.
import { hash } from "node:crypto";
import { createSocket } from "node:dgram";

const [port, users, seconds] = process.argv.slice(2).map(Number);
const uri = "sip:sip.test";
const retryMs = 500;

const socket = createSocket({ type: "udp4", recvBufferSize: 4 << 20, sendBufferSize: 4 << 20 });
const phones = Array.from({ length: users }, (_, user) => ({ user, cseq: 0, sentAtMs: 0, isChallenged: false }));
const counts = { registrations: 0, failed: 0, lost: 0 };
let isOver = false;

function send(phone, authorization = "") {
  phone.cseq++;
  phone.isChallenged = authorization !== "";
  phone.sentAtMs = performance.now();
  const { user, cseq } = phone;
  socket.send(
    `REGISTER ${uri} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:${socket.address().port};branch=z9hG4bK${user}.${cseq};rport\r\n` +
      `Max-Forwards: 70\r\nFrom: <sip:u${user}@sip.test>;tag=t${user}\r\nTo: <sip:u${user}@sip.test>\r\nCall-ID: c${user}@${process.pid}\r\n` +
      `CSeq: ${cseq} REGISTER\r\nContact: <sip:u${user}@127.0.0.1:${socket.address().port}>\r\nExpires: 3600\r\n` +
      `User-Agent: load/1\r\n${authorization}Content-Length: 0\r\n\r\n`,
    port,
    "127.0.0.1",
  );
}

function answer(user, text) {
  const parameter = (name) => new RegExp(`[ ,]${name}="?([^",\r]*)`, "i").exec(text)?.[1];
  const [realm, nonce, algorithm = "MD5"] = ["realm", "nonce", "algorithm"].map(parameter);
  const digest = (text) => hash(algorithm === "SHA-256" ? "sha256" : "md5", text);
  const qop = parameter("qop") && "auth";
  const tail = qop ? `:00000001:0a4f113b:auth` : "";
  const ha1 = (phones[user].ha1 ??= digest(`u${user}:${realm}:secret`));
  const ha2 = (phones[user].ha2 ??= digest(`REGISTER:${uri}`));
  const response = digest(`${ha1}:${nonce}${tail}:${ha2}`);
  const counted = qop ? `, qop=auth, nc=00000001, cnonce="0a4f113b"` : "";
  return `Authorization: Digest username="u${user}", realm="${realm}", nonce="${nonce}", uri="${uri}", response="${response}", algorithm=${algorithm}${counted}\r\n`;
}

socket.on("message", (bytes) => {
  const text = bytes.toString("latin1");
  const [, status] = /^SIP\/2\.0 (\d{3})/.exec(text);
  const [, user] = /^Call-ID:\s*c(\d+)@/im.exec(text);
  const [, cseq] = /^CSeq:\s*(\d+)/im.exec(text);
  const phone = phones[user];
  if (Number(cseq) !== phone.cseq) return; // an answer to what was given up
  if (status === "401" && !phone.isChallenged) return send(phone, answer(user, text));
  if (status === "200") counts.registrations++;
  else counts.failed++;
  if (!isOver) send(phone);
});

socket.bind(0, "127.0.0.1", () => phones.forEach((phone) => send(phone)));
setInterval(() => {
  for (const phone of phones) {
    if (performance.now() - phone.sentAtMs < retryMs) continue;
    counts.lost++;
    send(phone);
  }
}, retryMs).unref();
const stayAwake = () => setImmediate(stayAwake);
stayAwake();
setTimeout(() => {
  isOver = true;
  console.log(JSON.stringify(counts));
  process.exit();
}, seconds * 1000);
