import { z } from 'zod'

/** A file of the operator's page: HTML, script, style or image. */
export const PageFile = z.string().describe('HTML, script, style or image, as the browser asks for it')
