import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

interface Props {
  readonly title: string;
  readonly children: ComponentChildren;
  readonly onClose: () => void;
}

/** A modal dialog: the browser keeps the focus inside, and Escape closes it. */
export function Dialog({ title, children, onClose }: Props) {
  const element = useRef<HTMLDialogElement>(null);
  const titleElement = useRef<HTMLHeadingElement>(null);
  const heading = useId();
  useEffect(() => {
    // The focus returns to where it was, which showModal does not do if the dialog is removed.
    const before = document.activeElement;
    element.current?.showModal();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  // The button that was pressed is gone after the next step. A button of that step must not be pressed by mistake.
  useEffect(() => {
    if (!element.current?.contains(document.activeElement)) titleElement.current?.focus();
  });
  return (
    <dialog ref={element} aria-labelledby={heading} onClose={onClose}>
      <h2 id={heading} ref={titleElement} tabIndex={-1}>
        {title}
      </h2>
      {children}
    </dialog>
  );
}
