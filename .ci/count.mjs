// Prints `passed failed skipped` of one vitest run: node count.mjs REPORT EXIT_STATUS
import { readFileSync } from 'node:fs'

const [, , report, status] = process.argv
const counts = { passed: 0, failed: 0, skipped: 0 }
try {
  for (const file of JSON.parse(readFileSync(report, 'utf8')).testResults) {
    // A file that could not be loaded, or whose hooks failed, has failed though none of its tests has.
    const failures = file.assertionResults.filter((test) => test.status === 'failed').length
    if (file.status === 'failed' && failures === 0) counts.failed += 1
    counts.failed += failures
    counts.passed += file.assertionResults.filter((test) => test.status === 'passed').length
    counts.skipped += file.assertionResults.filter(
      (test) => !['passed', 'failed'].includes(test.status),
    ).length
  }
} catch (error) {
  process.stderr.write(`no figures: ${String(error)}\n`)
  counts.failed += 1
}
// An unhandled error, a failed install: the command knows of a failure that no test does.
if (status !== '0' && counts.failed === 0) counts.failed = 1
process.stdout.write(`${counts.passed} ${counts.failed} ${counts.skipped}\n`)
