import type { ComponentChildren } from 'preact';

interface Props {
  readonly kind: 'error' | 'done' | 'info';
  readonly children: ComponentChildren;
}

/** A message, which screen readers announce. */
export function Notice({ kind, children }: Props) {
  return (
    <div class={`notice ${kind}`} role={kind === 'error' ? 'alert' : 'status'}>
      {children}
    </div>
  );
}
