import { join } from 'node:path'

export const journalPath = (dataDir: string): string => join(dataDir, 'journal.db')
