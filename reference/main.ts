import { element, labeled } from './elements.ts';
import { modelNames, operationOf } from './openapi.ts';
import { operationForm, type Session } from './operation_form.ts';

/** The script of the page /docs: it adds a form to each operation, when a person opens that. */

const key = element('input', { type: 'password', autocomplete: 'off', name: 'key' });
const model = element('select', { name: 'model' });
const note = element('small');
const session: Session = { key: () => key.value, model: () => model.value };
/** The document with the models that this client may see. */
let openapi: unknown;

/** Reads the document again, as the key may show other models, and makes the open forms anew. */
async function load(): Promise<void> {
  const headers: Record<string, string> = key.value === '' ? {} : { authorization: `Bearer ${key.value}` };
  const response = await fetch('/openapi.json', { headers });
  openapi = await response.json();
  const names = modelNames(openapi);
  model.replaceChildren(...names.map((name) => element('option', { value: name }, name)));
  note.textContent = '';
  showForms();
}

function showForms(): void {
  for (const operation of document.querySelectorAll<HTMLDetailsElement>('details.operation')) {
    operation.querySelector('form')?.remove();
    if (operation.open) showForm(operation);
  }
}

function showForm(operation: HTMLDetailsElement): void {
  const { path, method } = operation.dataset;
  if (openapi === undefined || path === undefined || method === undefined) return;
  if (operation.querySelector('form') !== null) return;
  operation.querySelector('table')?.before(operationForm(operationOf(openapi, path, method), session));
}

function openTarget(): void {
  const target = location.hash === '' ? null : document.getElementById(location.hash.slice(1));
  if (target instanceof HTMLDetailsElement) target.open = true;
}

const start = (): void => {
  load().catch((error: unknown) => {
    note.textContent = `The document could not be read: ${String(error)}`;
  });
};

document
  .querySelector('header')
  ?.append(
    element(
      'form',
      { className: 'session', onsubmit: () => false },
      labeled('Model', model, 'the examples are for it'),
      labeled('API key', key, 'if the server needs one; it stays in this page'),
      note,
    ),
  );
key.addEventListener('change', start);
model.addEventListener('change', showForms);
for (const operation of document.querySelectorAll<HTMLDetailsElement>('details.operation')) {
  operation.addEventListener('toggle', () => {
    if (operation.open) showForm(operation);
  });
}
window.addEventListener('hashchange', openTarget);
openTarget();
start();
