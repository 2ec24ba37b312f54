#!/usr/bin/env node
import { runCli } from './cli/cli.ts'
import { createRuntime } from './runtime/runtime.ts'

const code = await runCli(process.argv.slice(2), createRuntime())
// The end comes when everything that was printed has left; a handle that still hangs on doesn't keep the process.
process.stdout.write('', () => process.exit(code))
