import { describePmsLinks } from '../../test/support/pms-link-rules.ts'
import onity from './index.ts'

describePmsLinks(onity)
