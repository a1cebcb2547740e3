import type { ChildProcess, SpawnOptions } from "node:child_process";

export function atTheEnd(...words: readonly string[]): () => void;
export function spawnGroup(program: string, args: readonly string[], options?: SpawnOptions): ChildProcess;
export function endGroup(child: Pick<ChildProcess, "pid">): void;
