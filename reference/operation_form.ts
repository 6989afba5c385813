import { renderAnswer } from './answer.ts';
import { element, labeled } from './elements.ts';
import type { BodyType, Operation, Parameter } from './openapi.ts';
import { type ApiRequest, type Body, curlCommand, requestOf } from './request.ts';

/** What all forms of the page have in common. */
export interface Session {
  /** The API key; empty for none. */
  key(): string;
  /** The model that is selected for all forms; empty for none. */
  model(): string;
}

/** Makes a form that sends the request of an operation and shows the answer. */
export function operationForm(operation: Operation, session: Session): HTMLFormElement {
  const fields = new Map(
    operation.parameters.map((parameter) => [parameter, parameterField(parameter, session.model())]),
  );
  const body = operation.bodies.length === 0 ? undefined : bodyField(operation.bodies, session.model());
  const send = element('button', { type: 'submit' }, 'Send');
  const shown = element('div');
  const form = element('form', { noValidate: false });
  for (const [parameter, field] of fields) form.append(labeled(parameter.name, field, parameter.description));
  if (body !== undefined) form.append(body.element);
  form.append(send, shown);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    send.disabled = true;
    try {
      const values = new Map([...fields].map(([parameter, field]) => [parameter, field.value]));
      const request = requestOf(operation, { values, body: body?.read(), key: session.key() });
      const answer = await sent(request);
      const command = element('pre', { className: 'command' }, curlCommand(request, location.origin));
      shown.replaceChildren(command, answer);
    } finally {
      send.disabled = false;
    }
  });
  return form;
}

async function sent({ method, path, headers, body }: ApiRequest): Promise<HTMLElement> {
  try {
    return await renderAnswer(await fetch(path, { method, headers, ...(body !== undefined && { body }) }));
  } catch (error) {
    const fault = element('p', { className: 'refused' }, `No answer: ${String(error)}`);
    fault.setAttribute('role', 'alert');
    return fault;
  }
}

type Field = HTMLInputElement | HTMLSelectElement;

function parameterField({ name, isBoolean, isRequired, examples }: Parameter, model: string): Field {
  if (isBoolean) {
    const choices = ['', 'true', 'false'].map((value) => element('option', { value }, value));
    return element('select', { name }, ...choices);
  }
  const value = examples[model] ?? Object.values(examples)[0] ?? '';
  return element('input', { name, required: isRequired, value: String(value), autocomplete: 'off' });
}

interface BodyField {
  readonly element: HTMLElement;
  /** Returns what to send. */
  read(): Body | undefined;
}

function bodyField(bodies: readonly BodyType[], model: string): BodyField {
  const types = bodies.filter(({ contentType }) => contentType !== 'application/octet-stream');
  const choice = element('select', {}, ...types.map(({ contentType }) => element('option', {}, contentType)));
  const text = element('textarea', { rows: 5, spellcheck: false });
  const file = element('input', { type: 'file', accept: 'image/*', required: true });
  const field = element('div');
  const show = (): void => {
    const body = types.find(({ contentType }) => contentType === choice.value);
    const example = body?.examples[model] ?? Object.values(body?.examples ?? {})[0];
    text.value = example === undefined ? '' : JSON.stringify(example);
    field.replaceChildren(isFile(choice.value) ? labeled('File', file) : labeled('Body', text));
  };
  choice.addEventListener('change', show);
  show();
  return {
    element: element('div', {}, labeled('Content type', choice), field),
    read: () => {
      const contentType = choice.value;
      const content = isFile(contentType) ? file.files?.[0] : text.value;
      return content === undefined ? undefined : { contentType, content };
    },
  };
}

/** True for a type whose body is a picture, alone or in a form. */
function isFile(contentType: string): boolean {
  return contentType === 'image/*' || contentType === 'multipart/form-data';
}
