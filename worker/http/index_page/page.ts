import { escaped, htmlPage } from '../answer/html_page.ts';
import type { TensorDescription } from '../tensor_descriptions.ts';
import type { ExampleRequest } from './example_request.ts';
import type { IndexedModel, ModelIndex, UnavailableModel } from './model_index.ts';

/** More names of classes are in the metadata. */
const MOST_CLASSES = 20;

/**
 * Renders the models with their signatures and an example request each.
 *
 * @param origin the address of the server, for the examples
 */
export function renderIndex({ models, more }: ModelIndex, origin: string): string {
  const sections = models.map((model) => renderModel(model, origin));
  const rest = more.map((name) => `<li>${metadataLink(name)}</li>`);
  return htmlPage(
    'Models',
    `<h1>Models</h1>
<p><a href="/docs">The routes</a>, and <a href="/openapi.json">the same for machines</a>. This page is JSON for a client that
does not accept HTML.</p>
${models.length === 0 ? '<p>Nothing is published.</p>' : sections.join('\n')}
${rest.length === 0 ? '' : `<h2>Further models</h2><ul>${rest.join('')}</ul>`}`,
  );
}

function metadataLink(name: string): string {
  return `<a href="/v1/models/${encodeURIComponent(name)}/metadata">${escaped(name)}</a>`;
}

function renderModel(model: IndexedModel | UnavailableModel, origin: string): string {
  const { name } = model;
  if ('unavailable' in model) {
    return `<h2>${escaped(name)}</h2><p>It cannot be served now: ${escaped(model.unavailable)}</p>`;
  }
  const signatures = Object.entries(model.signatures).map(([signature, { inputs, outputs }]) => {
    const rows = [...tensorRows('input', inputs), ...tensorRows('output', outputs)];
    return `<p><code>${escaped(signature)}</code></p><table>${rows.join('')}</table>`;
  });
  return `<h2>${metadataLink(name)} <small>${escaped(model.version)}, generation ${model.generation}</small></h2>
${signatures.join('\n')}
${model.example === undefined ? '' : `<pre>${escaped(curlLine(model.example, origin))}</pre>`}`;
}

function tensorRows(role: string, tensors: Readonly<Record<string, TensorDescription>>): string[] {
  return Object.entries(tensors).map(([name, { dtype, shape, classes = [] }]) => {
    const size =
      shape === null ? 'any shape' : `[${shape.map((each) => (each === -1 ? '?' : each)).join(', ')}]`;
    const shown = classes.slice(0, MOST_CLASSES).join(', ');
    const named =
      classes.length > MOST_CLASSES ? `${shown} and ${classes.length - MOST_CLASSES} more` : shown;
    return `<tr><td>${role}</td><td><code>${escaped(name)}</code></td><td>${dtype} ${size}</td><td>${escaped(named)}</td></tr>`;
  });
}

/** Returns the command, with the body quoted for a shell. */
function curlLine(example: ExampleRequest, origin: string): string {
  const url = `${origin}${example.path}`;
  return example.kind === 'image'
    ? `curl --data-binary @image.jpg -H 'content-type: image/jpeg' ${url}`
    : `curl -d '${example.body.replaceAll("'", "'\\''")}' ${url}`;
}
