import type { ComponentProps } from 'react'
import { Icon, type IconName } from './icon.tsx'

interface ButtonProps extends Omit<ComponentProps<'button'>, 'className'> {
  /** `primary` is what most people want here; `danger` ends something. */
  readonly look?: 'primary' | 'plain' | 'quiet' | 'danger'
  readonly size?: 'normal' | 'big'
  readonly icon?: IconName
  /** What it was asked is under way: it takes no second click. */
  readonly isBusy?: boolean
}

export const Button = ({
  look = 'plain',
  size = 'normal',
  icon,
  isBusy = false,
  disabled,
  children,
  ...rest
}: ButtonProps) => (
  <button
    type="button"
    {...rest}
    className={`button button-${look} button-${size}`}
    disabled={disabled === true || isBusy}
    aria-busy={isBusy || undefined}
  >
    {icon !== undefined && <Icon name={icon} />}
    {children !== undefined && <span>{children}</span>}
  </button>
)
