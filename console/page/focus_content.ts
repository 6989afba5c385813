/** The element that has the content of every page, and can be focused by programs. */
export const CONTENT_ID = 'content';

/** Moves the focus to the content of the page, from where the next Tab leads to its first control. */
export function focusContent(): void {
  document.getElementById(CONTENT_ID)?.focus();
}
