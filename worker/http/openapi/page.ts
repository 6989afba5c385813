import { escaped, htmlPage } from '../answer/html_page.ts';
import type { OpenApiDocument } from './document.ts';
import type { Operation } from './operation.ts';

/** Renders the document as a self-contained page without scripts. */
export function renderPage(document: OpenApiDocument): string {
  const { info, tags, paths, components } = document;
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  );
  const sections = tags.map(({ name, description }) => {
    const own = operations.filter(({ operation }) => operation.tags.includes(name));
    const items = own.map(({ path, method, operation }) => renderOperation(path, method, operation));
    return `<h2>${escaped(name)}</h2><p>${escaped(description)}.</p>${items.join('')}`;
  });
  const schemas = Object.entries(components.schemas).map(
    ([name, schema]) =>
      `<details id="schema-${escaped(name)}"><summary>${escaped(name)}</summary>${json(schema)}</details>`,
  );
  return htmlPage(
    `${info.title} ${info.version}`,
    `<h1>${escaped(info.title)} <small>${escaped(info.version)}</small></h1><p>${escaped(info.description)}</p>
<p>The same for machines: <a href="/openapi.json">/openapi.json</a>.</p>
${sections.join('\n')}<h2>Schemas</h2>${schemas.join('\n')}`,
  );
}

function renderOperation(path: string, method: string, operation: Operation): string {
  const { summary, description, requestBody, responses } = operation;
  const rows = Object.entries(responses).map(([status, response]) => {
    const types = Object.entries(response.content ?? {}).map(
      ([type, { schema }]) => `${escaped(type)} ${link(schema)}`,
    );
    return `<tr><td>${escaped(status)}</td><td>${escaped(response.description)}</td><td>${types.join('<br>')}</td></tr>`;
  });
  return `<details><summary><b>${method.toUpperCase()}</b><code>${escaped(path)}</code><br><small>${escaped(summary)}</small></summary>
${description === undefined ? '' : `<p>${escaped(description)}</p>`}
${requestBody === undefined ? '' : `<p>Body: ${link(requestBody)}</p>`}<table>${rows.join('')}</table></details>`;
}

const REFERENCE = /"#\/components\/schemas\/(\w+)"/;

/** Renders a link to the first schema that the value refers to, or nothing. */
function link(within: object): string {
  const name = REFERENCE.exec(JSON.stringify(within))?.[1];
  return name === undefined ? '' : `<a href="#schema-${name}">${name}</a>`;
}

function json(value: object): string {
  return `<pre>${escaped(JSON.stringify(value, null, 2))}</pre>`;
}
