// What failed, and one line for all test runners together, from the reports that they left.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { relative } from "node:path";

const folder = ".test-results";
/** Of a failure's text: the rest is further up. */
const LINES = 12;

let passed = 0;
let failed = 0;
let skipped = 0;
for (const name of existsSync(folder) ? readdirSync(folder) : []) {
  const report = JSON.parse(readFileSync(`${folder}/${name}`, "utf8"));
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  skipped += report.numPendingTests ?? 0;
  for (const file of report.testResults ?? []) {
    const of = relative(process.cwd(), file.name);
    const tests = file.assertionResults.filter(({ status }) => status === "failed");
    for (const { fullName, failureMessages } of tests) tell(`${of}: ${fullName}`, failureMessages.join("\n"));
    if (file.status === "failed" && tests.length === 0) {
      tell(of, file.message || "its set-up failed: see further up");
      failed += 1;
    }
  }
}
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
if (failed > 0 || passed === 0) process.exit(1);

function tell(title, text) {
  console.log(`✗ ${title}`);
  for (const line of text.split("\n").slice(0, LINES)) console.log(`    ${line}`);
}
