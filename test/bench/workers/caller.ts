import type { Predicted, PredictOptions } from '../../../worker/rpc/api.ts';
import { inferPath, predictPath } from '../runs/paths.ts';
import { readDescription } from './environment.ts';

interface CallerEnvironment {
  readonly MODELS: R2Bucket;
  readonly NETWORK: string;
  /** The product's entrypoint Models. */
  readonly CALLS: {
    predict(
      model: string,
      inputs: Readonly<Record<string, { readonly values: Float32Array; readonly shape: readonly number[] }>>,
      options?: PredictOptions,
    ): Promise<Predicted>;
  };
  /** The product over HTTP, in the same process and without a socket. */
  readonly SERVICE: Fetcher;
}

/**
 * POST /?way=calls|json|binary&runs=N asks the product for predictions one after the other, with the request's body as
 * the input, and answers the time.
 */
export default {
  async fetch(request: Request, environment: CallerEnvironment): Promise<Response> {
    const { searchParams } = new URL(request.url);
    const ask = await asking(
      searchParams.get('way') ?? '',
      await request.arrayBuffer(),
      environment,
      request,
    );
    const runs = Number(searchParams.get('runs') ?? 1);
    const began = performance.now();
    for (let index = 0; index < runs; index++) await ask();
    return Response.json({ milliseconds: performance.now() - began });
  },
};

/** Returns a function that asks once, from values to values. */
async function asking(
  way: string,
  body: ArrayBuffer,
  environment: CallerEnvironment,
  { headers: sent }: Request,
): Promise<() => Promise<unknown>> {
  const { CALLS, SERVICE } = environment;
  const { name, input } = await readDescription(environment);
  const url = (path: string) => `http://product${path}`;
  if (way === 'calls') {
    const inputs = { [input.name]: { values: new Float32Array(body), shape: input.shape } };
    return async () => {
      const answer = await CALLS.predict(name, inputs);
      if (!answer.ok) throw new Error(answer.message);
      return answer.outputs;
    };
  }
  const headers = Object.fromEntries(sent);
  if (way === 'json') {
    const document: unknown = JSON.parse(new TextDecoder().decode(body));
    return async () => {
      const init = { method: 'POST', headers, body: JSON.stringify(document) };
      return answered(await SERVICE.fetch(url(predictPath(name)), init)).json();
    };
  }
  return async () => {
    const init = { method: 'POST', headers, body };
    return answered(await SERVICE.fetch(url(inferPath(name)), init)).arrayBuffer();
  };
}

function answered(response: Response): Response {
  if (!response.ok) throw new Error(`the product answered ${response.status}`);
  return response;
}
