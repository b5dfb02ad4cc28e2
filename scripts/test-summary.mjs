// One line for all test runners together, from the reports that they left.
import { existsSync, readdirSync, readFileSync } from "node:fs";

const folder = ".test-results";
let passed = 0;
let failed = 0;
let skipped = 0;
for (const name of existsSync(folder) ? readdirSync(folder) : []) {
  const report = JSON.parse(readFileSync(`${folder}/${name}`, "utf8"));
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  skipped += report.numPendingTests ?? 0;
}
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
if (failed > 0 || passed === 0) process.exit(1);
