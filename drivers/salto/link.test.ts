import { describePmsLinks } from '../../test/support/pms-link-rules.ts'
import salto from './index.ts'

describePmsLinks(salto)
