/* Prints the licence text of every package that went into a bundle, by esbuild's list of its inputs. */
import { readFileSync, readdirSync } from "node:fs";

const inputs = Object.keys(JSON.parse(readFileSync(process.argv[2], "utf8")).inputs);
const folders = new Set(inputs.map((path) => path.match(/^node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0]).filter(Boolean));

for (const folder of [...folders].sort()) {
  const { name, version, license, author } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  console.log(`${name} ${version} (${license}), by ${author?.name ?? author ?? "its contributors"}\n`);
  console.log(licenceText(folder));
  console.log(`\n${"-".repeat(80)}\n`);
}

/* Of the file for it, else the part of the README that is about it. */
function licenceText(folder) {
  const entries = readdirSync(folder);
  const file = entries.find((entry) => /^licen[cs]e/i.test(entry));
  if (file) return readFileSync(`${folder}/${file}`, "utf8").trim();
  const readme = entries.find((entry) => /^readme/i.test(entry));
  const part = readme && readFileSync(`${folder}/${readme}`, "utf8").split(/^#+ .*licen[cs]e.*$/im)[1];
  return part?.trim() || "The package holds no licence text.";
}
