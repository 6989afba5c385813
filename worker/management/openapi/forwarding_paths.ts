import { errors, parameter } from './parts.ts';

/** Requests that go on to the predict Worker. */
export function forwardingPaths() {
  const path = parameter('path', 'A path of the predict Worker below /v1/models or /v2/models');
  const key = {
    name: 'x-api-key',
    in: 'header',
    description: "The predict Worker's API key, if it asks for one",
    schema: { type: 'string' },
  };
  const any = {
    description: "The predict Worker's own answer",
    content: { 'application/json': { schema: {} } },
  };
  const responses = { default: any, ...errors(404, 501) };
  return {
    '/api/v1/predict/{path}': {
      get: {
        operationId: 'forwardGet',
        summary: 'Ask the predict Worker, through its service binding: metadata, status',
        parameters: [path, key],
        responses,
      },
      post: {
        operationId: 'forwardPost',
        summary: 'Ask the predict Worker for a prediction, through its service binding',
        parameters: [path, key],
        requestBody: { content: { 'application/json': { schema: {} } } },
        responses,
      },
    },
  };
}
