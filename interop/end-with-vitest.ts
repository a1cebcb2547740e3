// A worker of vitest that loses its parent would go on to the end of its test: with it, its peers end, too.
process.once("disconnect", () => process.kill(process.pid, "SIGKILL"));
