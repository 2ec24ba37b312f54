import { isSafeUrl } from '../contract/link-path.ts'

/** True for the address of a hub that nothing secret reaches in the clear. */
export const isSafeEndpoint = (text: string): boolean => URL.canParse(text) && isSafeUrl(new URL(text))
