import type { Role } from '../../control/schema/people.ts'
import { useDeskState } from '../live/use-desk.tsx'
import { linkTo } from '../live/use-route.ts'
import { Icon } from '../parts/icon.tsx'
import { useTexts } from '../texts/texts.tsx'
import { isAllowed } from '../views/view.ts'
import { views } from '../views/views.ts'

/** The views that somebody of this role may use. */
export const Navigation = ({ role, current }: { readonly role: Role | null; readonly current: string }) => {
  const texts = useTexts()
  const { status } = useDeskState()
  return (
    <nav className="navigation" aria-label={texts.shell.views}>
      <ul>
        {views
          .filter(
            (view) =>
              isAllowed(role, view.role) && (view.id === current || (view.isOffered?.(status) ?? true)),
          )
          .map(({ id, name, icon }) => (
            <li key={id}>
              <a href={linkTo(id)} aria-current={id === current ? 'page' : undefined}>
                <Icon name={icon} />
                <span>{name(texts)}</span>
              </a>
            </li>
          ))}
      </ul>
    </nav>
  )
}
