// For a process of `parts/` that a bench has started with an IPC channel and measures between "begin" and "end".

/** Tells, at the end, the share of a core since the beginning, the resident memory, and what `countsNow` gives. Ends with whoever asks. */
export function tellWhenAsked(countsNow) {
  let startUsage;
  let startMs;
  process.on("message", (message) => {
    if (message === "begin") {
      startUsage = process.cpuUsage();
      startMs = performance.now();
      return;
    }
    const { user, system } = process.cpuUsage(startUsage);
    const cpuPercent = (user + system) / 10 / (performance.now() - startMs);
    process.send({ cpuPercent, rss: process.memoryUsage().rss, ...countsNow() });
  });
  process.on("disconnect", () => process.exit());
}
