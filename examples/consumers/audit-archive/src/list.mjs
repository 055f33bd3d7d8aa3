// Prints the archive as a JSON array: the probe of the tests.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const folder = process.env.ARCHIVE;
const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".json")).sort() : [];
console.log(JSON.stringify(names.map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")))));
