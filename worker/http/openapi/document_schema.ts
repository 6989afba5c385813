const text = { type: 'string' };

/** An OpenAPI document, as far as a reader needs to know before it reads the specification of OpenAPI. */
export const DOCUMENT_SCHEMA = {
  type: 'object',
  required: ['openapi', 'info', 'paths'],
  properties: {
    openapi: { type: 'string', pattern: '^3[.]1[.]' },
    info: {
      type: 'object',
      required: ['title', 'version'],
      properties: { title: text, version: text, description: text },
    },
    paths: {
      type: 'object',
      description: 'The operations of each path by their methods',
      additionalProperties: { type: 'object', additionalProperties: { description: 'An operation' } },
    },
  },
} as const;
