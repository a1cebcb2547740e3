// Lets a plain `node` child run the packages' sources on every supported Node: `node --conditions=source --import …/typescript-loader.mjs file`.
import { readFile } from "node:fs/promises";
import { register } from "node:module";
import { fileURLToPath } from "node:url";
import { isMainThread } from "node:worker_threads";

if (isMainThread) register(import.meta.url);

export async function load(url, context, nextLoad) {
  if (!url.endsWith(".ts")) return nextLoad(url, context);
  const { default: typescript } = await import("typescript");
  const { ES2022, ESNext } = { ES2022: typescript.ScriptTarget.ES2022, ESNext: typescript.ModuleKind.ESNext };
  const text = await readFile(fileURLToPath(url), "utf8");
  const source = typescript.transpileModule(text, { compilerOptions: { target: ES2022, module: ESNext } }).outputText;
  return { format: "module", source, shortCircuit: true };
}
