// Opens TLS connections, so many at a time, each for one OPTIONS and its answer: node tls-load.mjs PORT CA SECONDS [AT_A_TIME]. No session is
// resumed. Prints { setUps, failed } as JSON.
import { readFileSync } from "node:fs";
import { connect } from "node:tls";

const [port, ca, seconds, atATime = "16"] = process.argv.slice(2);
const options = { host: "127.0.0.1", port: Number(port), ca: readFileSync(ca), servername: "sip.test" };
const counts = { setUps: 0, failed: 0 };
let isOver = false;
let number = 0;

function setUp() {
  if (isOver) return;
  const id = ++number;
  const socket = connect(options, () =>
    socket.write(
      `OPTIONS sip:agent@sip.test SIP/2.0\r\nVia: SIP/2.0/TLS 127.0.0.1:${socket.localPort};branch=z9hG4bK${process.pid}.${id}\r\nMax-Forwards: 70\r\n` +
        `From: <sip:load@sip.test>;tag=t${id}\r\nTo: <sip:agent@sip.test>\r\nCall-ID: ${process.pid}.${id}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n`,
    ),
  );
  let isAnswered = false;
  socket.once("data", (bytes) => {
    isAnswered = bytes.subarray(0, 11).toString("latin1") === "SIP/2.0 200";
    socket.end();
  });
  socket.on("error", () => {});
  socket.once("close", () => {
    if (isOver) return;
    counts[isAnswered ? "setUps" : "failed"]++;
    setUp();
  });
}

for (let count = 0; count < Number(atATime); count++) setUp();
setTimeout(
  () => {
    isOver = true;
    console.log(JSON.stringify(counts));
    process.exit(0);
  },
  Number(seconds) * 1000,
);
