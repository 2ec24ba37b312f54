#!/usr/bin/env node
import { createRuntime } from './runtime/runtime.ts'
import { runCli } from './cli/run-cli.ts'

process.exitCode = await runCli(process.argv.slice(2), createRuntime())
