// What benchmarks and interop tests leave behind is cleared away when they end, in whatever way: even by SIGKILL, where none of their code runs any more.
import { spawn } from "node:child_process";

/**
 * A shell that reads, line by line, what is to be done (`7 rm -rf …`) and what no longer is (`7` alone), and does the rest at the end of its input, the
 * latest first. That end comes with the last moment of this process, since nobody else holds the other end of the pipe.
 */
const script = `
trap "" HUP INT QUIT TERM
family() { echo "$1"; for child in $(cat /proc/"$1"/task/*/children 2>&-); do family "$child"; done; }
end() { kill -KILL "-$1" $(family "$1"); }
last=0
while read -r id task; do
  eval "task_$id=\\$task"
  [ "$id" -gt "$last" ] && last=$id
done
while [ "$last" -gt 0 ]; do
  eval "eval \\"\\$task_$last\\""
  last=$((last - 1))
done`;

let input;
let tasks = 0;

/** Writes a line to the shell, which is started for the first of them, in a session of its own: no Ctrl-C reaches it. */
function tell(line) {
  if (!input) {
    const shell = spawn("sh", ["-c", script], { stdio: ["pipe", "ignore", "ignore"], detached: true });
    shell.on("error", () => {});
    shell.unref();
    input = shell.stdin;
    input.on("error", () => {});
    input.unref(); // neither holds this process
  }
  input.write(`${line}\n`);
}

function entrust(task) {
  const id = ++tasks;
  tell(`${id} ${task}`);
  return () => tell(id);
}

/** Has a command run when this process has ended; gives the function that takes that back. */
export function atTheEnd(...words) {
  return entrust(words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" "));
}

/**
 * Starts a program in a process group of its own, as `spawn` does. Whatever is left of the group ends with the program, and all that descends from it with
 * this process.
 */
export function spawnGroup(program, args, options = {}) {
  const child = spawn(program, args, { ...options, detached: true });
  if (child.pid === undefined) return child; // it could not be started: "error" says why
  const forget = entrust(`end ${child.pid}`);
  child.once("exit", () => {
    forget();
    endGroup(child);
  });
  return child;
}

/** Kills a program of {@link spawnGroup} with its group. */
export function endGroup({ pid }) {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended already.
  }
}
