import { useEffect } from 'preact/hooks';
import { focusContent } from './focus_content.ts';

/**
 * Moves the focus to the content when the element that has it is removed: a link with its page, a button with a change
 * of somebody else. The browser would leave it at the top of the document, and a person at the keyboard would start
 * again from there.
 */
export function useKeptFocus(): void {
  useEffect(() => {
    let focused: EventTarget | null = null;
    const remember = ({ target }: FocusEvent) => {
      focused = target;
    };
    const observer = new MutationObserver(() => {
      if (document.activeElement !== document.body) return;
      if (focused instanceof Node && !focused.isConnected) focusContent();
    });
    addEventListener('focusin', remember);
    observer.observe(document.body, { childList: true, subtree: true });
    return () => {
      removeEventListener('focusin', remember);
      observer.disconnect();
    };
  }, []);
}
