import { errorTable, type ErrorFacts } from '../../src/contract/errors.ts'

const owners: Record<ErrorFacts['owner'], string> = {
  clerk: 'the clerk at the desk',
  installer: 'whoever installed the bridge',
  integrator: 'whoever wrote the software that orders',
  support: 'support',
  nobody: 'nobody: it is no fault',
}

const section = ([code, facts]: [string, ErrorFacts]): string =>
  `## ${code}

${facts.cause}

- **Whose it is to fix:** ${owners[facts.owner]}
- **Next step:** ${facts.nextStep}
- **Tells Seam:** \`${facts.seam}\`
- **HTTP status:** ${facts.status}
`

/** docs/errors.md: one section for each code of the error table, in its order. */
export const renderErrors = (): string =>
  [
    `# Errors

Every error has a code. Codes never change their meaning and are never used again; wording may change, so match on codes.
*Tells Seam* is the one error code that a Seam action attempt shows when the error ends it; *HTTP status* is the control API's.

This page is generated from \`src/contract/errors.ts\` by \`npm run docs\`.
`,
    ...Object.entries(errorTable).map(section),
  ].join('\n')
