import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { root } from '../../support/repository.ts'

/** Builds the page once before the tests that look at it: else a page of an earlier build would be tested. */
export const setup = (): void => {
  const vite = join(root, 'node_modules/vite/bin/vite.js')
  execFileSync(
    process.execPath,
    [vite, 'build', '--config', 'src/page/vite.config.ts', '--logLevel', 'warn'],
    {
      cwd: root,
      env: { ...process.env, NODE_ENV: 'production' },
      stdio: 'inherit',
    },
  )
}
