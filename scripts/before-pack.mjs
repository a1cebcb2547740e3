// npm runs this in a package's folder before it packs it: puts the licence texts beside the manifest, and the README beside the front door's.
import { copyFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = process.cwd();
const { name } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));

if (!existsSync(join(folder, "dist", "bundle"))) {
  console.error(`${name} is not built; npm run build comes first`);
  process.exit(1);
}
for (const file of ["LICENSE-MIT", "LICENSE-APACHE", ...(name === "sidetone" ? ["README.md"] : [])])
  copyFileSync(join(root, file), join(folder, file));
