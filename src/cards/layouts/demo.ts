import { usualStart } from './area.ts'
import type { Layout } from './layout.ts'
import { createRecordLayout } from './record-layout.ts'

/**
 * The layout of the foundation: one compact, authenticated record, in sector 1 of a MIFARE Classic card under the transport
 * key, on pages 4 to 15 of an Ultralight or NTAG without a password, on the three tracks of a stripe.
 * **No commercial lock reads it**: it serves open systems, staff and loyalty cards, and tests.
 * The MAC, under a key of the site, stops forging a record and moving it to another UID. It does not stop cloning:
 * MIFARE Classic can be read and copied, UID included, by anyone with a few minutes and a cheap reader, and a stripe has no
 * UID at all: whoever copies it has the same card.
 */
export const demo: Layout = createRecordLayout(
  {
    name: 'demo',
    id: 'demo',
    technologies: [
      'mifare-classic-mini',
      'mifare-classic-1k',
      'mifare-classic-4k',
      'mifare-ultralight',
      'mifare-ultralight-ev1-48',
      'mifare-ultralight-ev1-128',
      'mifare-ultralight-c',
      'ntag213',
      'ntag215',
      'ntag216',
      'magstripe',
    ],
  },
  usualStart,
)
