import { escaped } from '../answer/html_page.ts';
import type { OpenApiDocument } from '../openapi/document.ts';
import type { Operation } from '../openapi/operation.ts';

/**
 * Renders the document as a page. It is complete without its script, which adds a form to each operation that sends the
 * request.
 */
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
      `<details id="schema-${escaped(name)}"><summary><code>${escaped(name)}</code></summary>${json(schema)}</details>`,
  );
  const title = `${escaped(info.title)} ${escaped(info.version)}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/docs/style.css">
<script type="module" src="/docs/script.js"></script></head>
<body><header><h1>${title}</h1><p>${escaped(info.description)}</p>
<p>The same for machines: <a href="/openapi.json">/openapi.json</a>.</p>
<noscript><p>Without JavaScript, this page cannot send requests.</p></noscript></header>
<main>${sections.join('\n')}<h2>Schemas</h2>${schemas.join('\n')}</main></body></html>
`;
}

function renderOperation(path: string, method: string, operation: Operation): string {
  const { operationId, summary, description, requestBody, responses } = operation;
  const rows = Object.entries(responses).map(([status, response]) => {
    const types = Object.entries(response.content ?? {}).map(
      ([type, { schema }]) => `${escaped(type)} ${link(schema)}`,
    );
    return `<tr><td>${escaped(status)}</td><td>${escaped(response.description)}</td><td>${types.join('<br>')}</td></tr>`;
  });
  return `<details class="operation" id="${escaped(operationId)}" data-method="${method}" data-path="${escaped(path)}">
<summary><b class="${method}">${method.toUpperCase()}</b> <code>${escaped(path)}</code> <small>${escaped(summary)}</small></summary>
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
