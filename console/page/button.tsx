import type { ComponentChildren } from 'preact';

interface Props {
  readonly children: ComponentChildren;
  readonly kind?: 'primary' | 'plain' | 'danger';
  readonly type?: 'button' | 'submit';
  readonly isBusy?: boolean;
  readonly isDisabled?: boolean;
  readonly label?: string;
  readonly onClick?: () => void;
}

/**
 * A button. While it is busy, it cannot be pressed again and says so to screen readers. It is not disabled then, since
 * it would lose the focus.
 */
export function Button({ children, kind = 'plain', type = 'button', ...props }: Props) {
  const { isBusy = false, isDisabled = false, label, onClick } = props;
  return (
    <button
      type={type}
      class={kind}
      disabled={isDisabled}
      aria-disabled={isBusy}
      aria-busy={isBusy}
      aria-label={label}
      onClick={(event) => (isBusy ? event.preventDefault() : onClick?.())}
    >
      {children}
    </button>
  );
}
