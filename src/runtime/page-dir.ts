/** Where `npm run build` puts the page: beside the compiled sources, and below the sources as they are. */
export const pageDir = new URL(
  import.meta.url.includes('/dist/src/') ? '../../page/' : '../../dist/page/',
  import.meta.url,
)
