// A user agent server of the calls benchmark as a process of its own.
import { end, freePort, sleep, start, udpSocket } from "./processes.mjs";

/** Starts a contender `{ name, cmd, env, cwd }` and resolves once its port is open. */
export async function startUas({ name, cmd, env, cwd }, cpu) {
  const port = freePort();
  const command = cmd.map((part) => part.replace("$PORT", String(port)));
  const child = start(command, { cpu, cwd, env: { ...process.env, ...env, PORT: String(port) }, stdio: "ignore" });
  const { pid } = child;
  const stop = async () => {
    end(child);
    while (udpSocket(port)) await sleep(50);
  };
  for (let attempt = 0; !udpSocket(port); attempt++) {
    if (attempt === 80) {
      end(child);
      throw new Error(`${name} did not open its port`);
    }
    await sleep(100);
  }
  await sleep(400);
  return { pid, port, stop };
}
