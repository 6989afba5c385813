import type { GoldenExample, ModelContent } from '../../worker/model/content.ts';
import type { Signature } from '../../worker/model/signature.ts';
import type { Manifest } from '../../worker/registry/version/manifest.ts';
import { type ExampleRequest, makeExamples } from './generated_examples.ts';
import type { EarlyRehearsal } from './prepare_rehearsal.ts';
import { readRequest } from './request_file.ts';
import { IsolateClient } from './sandbox/isolate_client.ts';

export interface RecordRequest {
  readonly content: ModelContent;
  /** Absolute paths by the blobs' paths. */
  readonly files: ReadonlyMap<string, string>;
  /** Request files. Without any, requests are generated from the signatures. */
  readonly requests: readonly string[];
  readonly seed: number;
  readonly tolerance: number | undefined;
  readonly limitMs: number;
  readonly early: EarlyRehearsal;
  readonly onProgress: (text: string) => void;
}

export type RecordOutcome =
  | { readonly kind: 'recorded'; readonly examples: readonly GoldenExample[] }
  | { readonly kind: 'refused'; readonly reason: string };

/** Runs a model in a local workerd and records its answers. */
export async function recordExamples(request: RecordRequest): Promise<RecordOutcome> {
  const { content, files, tolerance, limitMs, early, onProgress } = request;
  const asked = await readRequests(request);
  if (asked.kind === 'refused') return asked;
  const { sandbox } = await early.take(1);
  try {
    onProgress('Starting a local workerd');
    const manifest = temporaryManifest(content);
    const [isolate] = await sandbox.publish([{ manifest, files: Object.fromEntries(files) }]);
    if (isolate === undefined) throw new Error('workerd has no isolate');
    const client = new IsolateClient(isolate, manifest, limitMs);
    const load = await client.load();
    if (load.kind === 'failed') return { kind: 'refused', reason: `the model ${load.reason}` };
    const examples: GoldenExample[] = [];
    for (const { example, signature, from } of asked.requests) {
      const answer = await client.predict(example, signature);
      if (answer.kind === 'failed') {
        return { kind: 'refused', reason: `${from}: the model cannot compute it: ${answer.reason}` };
      }
      examples.push({ ...example, outputs: answer.value, ...(tolerance === undefined ? {} : { tolerance }) });
    }
    return { kind: 'recorded', examples };
  } finally {
    await sandbox.close();
  }
}

interface AskedRequest {
  readonly example: ExampleRequest;
  readonly signature: Signature;
  /** Its name in error messages. */
  readonly from: string;
}

async function readRequests({
  content: { signatures },
  requests,
  seed,
}: RecordRequest): Promise<
  | { readonly kind: 'read'; readonly requests: readonly AskedRequest[] }
  | { readonly kind: 'refused'; readonly reason: string }
> {
  const asked: AskedRequest[] = [];
  for (const path of requests) {
    const read = await readRequest(path, signatures);
    if (read.kind === 'malformed') return { kind: 'refused', reason: read.reason };
    asked.push({ example: read.request, signature: read.signature, from: path });
  }
  if (requests.length > 0) return { kind: 'read', requests: asked };
  for (const example of makeExamples(signatures, seed)) {
    const signature = signatures[example.signature_name];
    if (signature === undefined) continue;
    asked.push({ example, signature, from: `the request made from signature ${example.signature_name}` });
  }
  if (asked.length > 0) return { kind: 'read', requests: asked };
  return {
    kind: 'refused',
    reason:
      'no request can be generated from its signature, whose shapes are not fixed; give one with --input FILE',
  };
}

function temporaryManifest(content: ModelContent): Manifest {
  return {
    schema: 1,
    model: 'recorded',
    version: '1.0.0',
    content,
    provenance: {
      publishedAt: new Date().toISOString(),
      publishedBy: 'record',
      sourceFormat: content.format,
      tool: 'record',
    },
  };
}
