import { expect, test } from 'vitest';
import { forwardPrediction } from '../../worker/management/predict/forward.ts';

test('a forwarded request keeps its id, and none of the secrets of the management Worker', async () => {
  const url = new URL('https://management.example/api/v1/predict/v1/models/half?x=1');
  const headers = {
    'x-request-id': 'mine',
    'x-api-key': 'key',
    authorization: 'Bearer token',
    cookie: 'CF_Authorization=assertion',
    'cf-access-jwt-assertion': 'assertion',
  };
  const sent: Request[] = [];
  const predict = async (request: Request) => {
    sent.push(request);
    return new Response('{}', { headers: { 'access-control-allow-origin': '*' } });
  };
  const answered = await forwardPrediction({ request: new Request(url, { headers }), url, predict });
  expect(sent.map((request) => [request.url, Object.fromEntries(request.headers)])).toEqual([
    ['https://predict/v1/models/half?x=1', { 'x-request-id': 'mine', 'x-api-key': 'key' }],
  ]);
  expect(answered.headers.get('access-control-allow-origin')).toBe(null);
});
