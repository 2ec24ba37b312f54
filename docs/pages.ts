import { renderAsyncApi } from './render/asyncapi.ts'
import { renderChannel } from './render/channel.ts'
import { renderCharts } from './render/charts.ts'
import { renderConfiguration, renderConfigurationSchema } from './render/configuration.ts'
import { renderControlApi } from './render/control-api.ts'
import { renderControlOpenApi } from './render/control-openapi.ts'
import { renderErrors } from './render/errors.ts'
import { renderHubEndpoints } from './render/hub-endpoints.ts'
import { renderOpenApi } from './render/openapi.ts'
import { renderReadme } from './render/readme.ts'

/** A file that is made from the code, or a part of which is. */
export interface GeneratedPage {
  /** From the root of the repository, with forward slashes. */
  readonly path: string
  /** The whole content, ending with one line break. The same code gives the same bytes on every machine. */
  readonly render: () => string | Promise<string>
}

/** Add a page by adding a row: `npm run docs` writes it, `npm test` fails when it is stale. */
export const generatedPages: readonly GeneratedPage[] = [
  { path: 'README.md', render: renderReadme },
  { path: 'docs/asyncapi.json', render: renderAsyncApi },
  { path: 'docs/channel.md', render: renderChannel },
  { path: 'docs/configuration.md', render: renderConfiguration },
  { path: 'docs/configuration.schema.json', render: renderConfigurationSchema },
  { path: 'docs/control-api.md', render: renderControlApi },
  { path: 'docs/control-openapi.json', render: renderControlOpenApi },
  { path: 'docs/errors.md', render: renderErrors },
  { path: 'docs/hub-endpoints.md', render: renderHubEndpoints },
  { path: 'docs/openapi.json', render: renderOpenApi },
  { path: 'docs/sessions.md', render: renderCharts },
]
