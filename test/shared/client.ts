export interface Answer {
  readonly status: number;
  readonly version: string | null;
  readonly generation: number;
  readonly fallback: string | null;
  readonly stalePointer: string | null;
  readonly body: unknown;
}

/** Asks an isolate and reads its answer, whatever it is. */
export async function ask(
  isolate: URL | undefined,
  path: string,
  body?: unknown,
  options: { readonly signal?: AbortSignal; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<Answer> {
  if (isolate === undefined) throw new Error('there is no such isolate');
  const response = await fetch(new URL(path, isolate), {
    ...options,
    ...(body === undefined
      ? {}
      : { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    version: response.headers.get('x-model-version'),
    generation: Number(response.headers.get('x-model-generation')),
    fallback: response.headers.get('x-model-fallback'),
    stalePointer: response.headers.get('x-model-stale-pointer'),
    body: response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text,
  };
}

/** The isolate's metrics, by name and labels as Prometheus writes them. */
export async function readMetrics(isolate: URL | undefined): Promise<Map<string, number>> {
  const { body } = await ask(isolate, '/monitoring/prometheus/metrics');
  const lines = String(body).split('\n');
  return new Map(
    lines
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => {
        const end = line.lastIndexOf(' ');
        return [line.slice(0, end), Number(line.slice(end + 1))] as const;
      }),
  );
}

/** How many versions an isolate has loaded so far, each time that it did. */
export async function loadsOf(isolate: URL | undefined): Promise<number> {
  let loads = 0;
  for (const [name, value] of await readMetrics(isolate)) {
    if (name.startsWith('edge_serving_loads_total') && name.includes('outcome="loaded"')) loads += value;
  }
  return loads;
}

/** Waits until an isolate has loaded so many versions. Asking for metrics loads nothing. */
export async function untilLoaded(isolate: URL | undefined, loads: number): Promise<void> {
  while ((await loadsOf(isolate)) < loads) await new Promise((resolve) => setTimeout(resolve, 5));
}
