// npm runs this in a package's folder before it packs it: puts the licence texts and a README beside the manifest.
import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = process.cwd();
const { name, description } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));

if (!existsSync(join(folder, "dist", "bundle"))) {
  console.error(`${name} is not built; npm run build comes first`);
  process.exit(1);
}
for (const file of ["LICENSE-MIT", "LICENSE-APACHE"]) copyFileSync(join(root, file), join(folder, file));
if (name === "sidetone") copyFileSync(join(root, "README.md"), join(folder, "README.md"));
else writeFileSync(join(folder, "README.md"), readmeOfLayer());

/** One layer on its own: what it is, and that most programs want all of them. */
function readmeOfLayer() {
  return `# ${name}

${description}.

\`\`\`sh
npm install ${name}
\`\`\`

One layer of Sidetone, the complete SIP and real-time voice stack for TypeScript, which can be used alone. Most programs want the package
\`sidetone\`, which re-exports all layers and whose README begins with a call in ten lines. Every export is documented in its type declarations;
the layers are released together and fit at the same version only. Node 20.19 or newer, ES modules.

Licence: MIT or Apache-2.0, as you like.
`;
}
