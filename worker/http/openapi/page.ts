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
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(info.title)} ${escaped(info.version)}</title><style>${STYLE}</style></head>
<body><h1>${escaped(info.title)} <small>${escaped(info.version)}</small></h1><p>${escaped(info.description)}</p>
<p>The same for machines: <a href="/openapi.json">/openapi.json</a>.</p>
${sections.join('\n')}<h2>Schemas</h2>${schemas.join('\n')}</body></html>
`;
}

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:56rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}' +
  'code,pre{font:14px/1.4 ui-monospace,monospace}pre{background:#f4f4f4;padding:.75rem;overflow-x:auto}' +
  'details{border-top:1px solid #ddd;padding:.4rem 0}summary{cursor:pointer}b{display:inline-block;width:3.5rem}' +
  'td{padding:.1rem 1rem .1rem 0;vertical-align:top}small{color:#666}' +
  '@media(prefers-color-scheme:dark){body{background:#161616;color:#e8e8e8}pre{background:#222}a{color:#8ab4f8}}';

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

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
