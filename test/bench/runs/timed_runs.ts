import * as v from 'valibot';

/** Flat values by the outputs' names. */
export type Outputs = ReadonlyMap<string, Float32Array>;

/** One inference, from values in JavaScript to values in JavaScript. */
export type Run = (values: Float32Array) => Outputs | Promise<Outputs>;

/** The answer of an engine at its compute address. */
export const TimedRunsSchema = v.object({
  /** Of all runs together. */
  milliseconds: v.number(),
  runs: v.number(),
  /** The outputs of the last run, if they were requested. */
  outputs: v.optional(v.record(v.string(), v.array(v.number()))),
});
export type TimedRuns = v.InferOutput<typeof TimedRunsSchema>;

/** Runs a network in a loop inside the engine's own process. The time includes neither HTTP nor JSON. */
export async function timeRuns(
  run: Run,
  values: Float32Array,
  runs: number,
): Promise<TimedRuns & { last: Outputs }> {
  let last: Outputs = new Map();
  const started = performance.now();
  for (let index = 0; index < runs; index++) {
    const result = run(values);
    // An await of a value that is not a promise would cost the synchronous engines a turn of the event loop.
    last = result instanceof Promise ? await result : result;
  }
  return { milliseconds: performance.now() - started, runs, last };
}

/** Answers POST /compute?runs=N[&outputs=1] with the input's float32 values in the body. */
export async function answerCompute(run: Run, request: Request): Promise<Response> {
  const { searchParams } = new URL(request.url);
  const values = new Float32Array(await request.arrayBuffer());
  const { milliseconds, runs, last } = await timeRuns(run, values, Number(searchParams.get('runs') ?? 1));
  if (!searchParams.has('outputs')) return Response.json({ milliseconds, runs });
  const outputs = Object.fromEntries([...last].map(([name, output]) => [name, [...output]]));
  return Response.json({ milliseconds, runs, outputs });
}
