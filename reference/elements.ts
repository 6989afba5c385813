type Child = Node | string;

/** Makes an element. Children that are strings become text, so that no name or answer is read as HTML. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Partial<HTMLElementTagNameMap[Name]> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  Object.assign(made, properties);
  made.append(...children);
  return made;
}

/** Makes a control with a label above it. */
export function labeled(text: string, control: HTMLElement, note = ''): HTMLLabelElement {
  const notes = note === '' ? [] : [element('small', {}, note)];
  return element('label', {}, element('span', {}, text), control, ...notes);
}
