// Archives audit reports: one file for each, named by the id of the report, so that the same message again changes
// nothing. It reads the event of a queue on standard input, and prints which records it could not process.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const folder = process.env.ARCHIVE;
const failed = [];

for (const record of JSON.parse(readFileSync(0, "utf8")).Records) {
  try {
    archive(JSON.parse(record.body));
  } catch (error) {
    console.error(`${record.messageId}: ${error.message}`);
    failed.push({ itemIdentifier: record.messageId });
  }
}
console.log(JSON.stringify({ batchItemFailures: failed }));

function archive({ report, ca, result, time }) {
  if (typeof report !== "string" || !/^[\w-]{1,100}$/.test(report)) {
    throw new Error(`not a report: ${report}`);
  }
  mkdirSync(folder, { recursive: true });
  const temporary = join(folder, `.${report}.${process.pid}`);
  writeFileSync(temporary, JSON.stringify({ report, ca, result, time }));
  renameSync(temporary, join(folder, `${report}.json`)); // whole or not at all
}
