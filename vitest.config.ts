import { defineConfig } from 'vitest/config'

/** Tests resolve `encoder-bridge/driver` to its sources, so that they never test an old build. */
const conditions = ['encoder-bridge:source', 'module', 'node', 'development|production']

/** What needs Debian packages or minutes of time: `npm test` leaves it out, `.ci/run` runs every project. */
const rigs = ['test/rigs/**/*.test.ts', 'test/systemd.test.ts']
const crash = ['test/crash/**/*.test.ts']
const browser = ['test/browser/**/*.test.ts']

const reportFile = process.env['CI_REPORT']

export default defineConfig({
  ssr: { resolve: { conditions } },
  test: {
    pool: 'forks',
    reporters: reportFile === undefined ? ['default'] : ['default', ['json', { outputFile: reportFile }]],
    projects: [
      {
        extends: true,
        test: {
          name: 'main',
          include: ['{src,drivers,test}/**/*.test.ts'],
          exclude: [...rigs, ...crash, ...browser],
          testTimeout: 20_000,
          hookTimeout: 20_000,
        },
      },
      {
        extends: true,
        test: { name: 'rigs', include: rigs, testTimeout: 60_000, hookTimeout: 60_000 },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: browser,
          globalSetup: ['test/browser/support/build-page.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: { name: 'crash', include: crash, testTimeout: 600_000, hookTimeout: 60_000 },
      },
    ],
  },
})
