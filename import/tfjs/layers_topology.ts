import { isJsonObject, type JsonObject } from '../../worker/model/json_object.ts';

/**
 * Finds layers anywhere in a LayersModel's topology that depend on each other or on a missing layer. tfjs-layers'
 * Container.fromConfig would never end for them.
 *
 * @returns the error as a sentence, or undefined
 */
export function findUnbuildableLayers(topology: unknown): string | undefined {
  const pending: unknown[] = [topology];
  while (pending.length > 0) {
    const value = pending.pop();
    if (Array.isArray(value)) for (const member of value) pending.push(member);
    if (!isJsonObject(value)) continue;
    if (Array.isArray(value.layers)) {
      const fault = unbuildableIn(value.layers);
      if (fault !== undefined) return fault;
    }
    for (const member of Object.values(value)) pending.push(member);
  }
  return undefined;
}

/** A call of a layer: the calls, by layer and index, whose results are its inputs. */
type Call = readonly (readonly [layer: string, index: number])[];

/** Makes calls as fromConfig does, until all are made or no further one can be. */
function unbuildableIn(layers: readonly unknown[]): string | undefined {
  const made = new Map<string, number>();
  const waiting = new Map<string, Call[]>();
  for (const layer of layers) {
    if (!isJsonObject(layer) || typeof layer.name !== 'string') continue;
    const calls = readCalls(layer);
    if (calls === undefined) continue;
    if (made.has(layer.name)) return `there are two layers "${layer.name}"`;
    made.set(layer.name, isBornCalled(layer) ? 1 : 0);
    if (calls.length > 0) waiting.set(layer.name, calls);
  }
  for (let progress = true; progress; ) {
    progress = false;
    for (const [name, calls] of waiting) {
      const left = calls.filter((call) => !call.every(([layer, index]) => (made.get(layer) ?? 0) > index));
      // Calls without inputs are skipped and do not count as made.
      const done = calls.filter((call) => call.length > 0 && !left.includes(call)).length;
      if (left.length < calls.length) progress = true;
      made.set(name, (made.get(name) ?? 0) + done);
      if (left.length > 0) waiting.set(name, left);
      else waiting.delete(name);
    }
  }
  const [stuck] = waiting.entries();
  if (stuck === undefined) return undefined;
  const [name, calls] = stuck;
  const [source] = calls.flat().filter(([layer, index]) => (made.get(layer) ?? 0) <= index);
  return source === undefined || made.has(source[0])
    ? `layer "${name}" waits for itself: the layers form a circle`
    : `layer "${name}" takes the output of "${source[0]}", which does not exist`;
}

/** True for input layers and models, which have one call from the beginning. */
function isBornCalled(layer: JsonObject): boolean {
  const kind = layer.class_name ?? layer.className;
  return kind === 'InputLayer' || kind === 'Model' || kind === 'Functional' || kind === 'Sequential';
}

/** Returns the calls of a layer, or undefined if it is not in a list that Container.fromConfig reads. */
function readCalls(layer: JsonObject): Call[] | undefined {
  const nodes = layer.inbound_nodes ?? layer.inboundNodes;
  if (!Array.isArray(nodes)) return undefined;
  return nodes.map((node: unknown) =>
    (Array.isArray(node) ? node : []).map((source: unknown): [string, number] =>
      Array.isArray(source) ? [String(source[0]), Number(source[1])] : [String(source), 0],
    ),
  );
}
