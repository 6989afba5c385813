import type { GoldenExample } from '../../worker/model/content.ts';
import { DEFAULT_SIGNATURE } from '../../worker/model/default_signature.ts';
import type { Signature } from '../../worker/model/signature.ts';
import type { Manifest } from '../../worker/registry/version/manifest.ts';
import type { Figures, RecordedAnswers } from '../../worker/registry/version/rehearsal_record.ts';
import { commandLine } from '../cli/invocation.ts';
import { type ExampleRequest, makeExamples } from './generated_examples.ts';
import { compareOutputs, notFiniteValues, type Outputs } from './golden_comparison.ts';
import { IsolateClient } from './sandbox/isolate_client.ts';

/** The seed of the generated requests for a version without golden examples. */
const MADE_EXAMPLES_SEED = 1;

/** The limit of recorded answers in characters of JSON, since every isolate reads them with the manifest. */
const LARGEST_RECORD = 256 * 1024;

/** A version that was loaded and has answered its examples. */
export interface RehearsedVersion {
  readonly version: string;
  readonly client: IsolateClient;
  /** The request to repeat; undefined if there is none. */
  readonly request: { readonly example: ExampleRequest; readonly signature: Signature } | undefined;
  readonly loadMs: number;
  readonly firstMs: number | null;
  readonly emptyHeapBytes: number;
  readonly golden: { readonly examples: number; readonly largestDifference: number | null };
  readonly recorded: RecordedAnswers | undefined;
  readonly notes: readonly string[];
}

export type VersionRehearsal =
  | { readonly kind: 'rehearsed'; readonly rehearsed: RehearsedVersion }
  | { readonly kind: 'failed'; readonly reason: string; readonly disagrees?: boolean };

export interface VersionOptions {
  /** The time limit of each response. Milliseconds. */
  readonly limitMs: number;
  /** Sent first, so that the times of two versions are for the same request. */
  readonly first?: RehearsedVersion['request'];
  /** A disagreement with golden answers is then a note and not a failure, since the version agreed once. */
  readonly isPublished?: boolean;
}

/** Loads a version in an isolate of its own and compares its answers with its golden examples. */
export async function rehearseVersion(
  isolate: URL,
  { model, version, content, rehearsal }: Manifest,
  { limitMs, first, isPublished = false }: VersionOptions,
): Promise<VersionRehearsal> {
  const { golden, signatures } = content;
  const client = new IsolateClient(isolate, { model, version }, limitMs);
  const empty = await client.heapBytes();
  if (empty.kind === 'failed') return empty;
  const load = await client.load();
  if (load.kind === 'failed') return load;
  const cold = await client.coldReason();
  if (cold.kind === 'failed') return cold;
  const asked = first && (await client.predict(first.example, first.signature));
  const recorded = rehearsal?.kind === 'rehearsed' ? rehearsal.recorded : undefined;
  const examples = recorded === undefined ? golden : withInputs(recorded, signatures);
  const outcome =
    examples.length > 0
      ? await answerGolden(client, examples, signatures)
      : await answerMade(client, signatures);
  if (outcome.kind === 'failed') return outcome;
  const { answers, disagreement } = outcome;
  if (disagreement !== undefined && !isPublished) {
    return { kind: 'failed', reason: disagreement, disagrees: true };
  }
  return {
    kind: 'rehearsed',
    rehearsed: {
      ...answers,
      ...(asked?.kind === 'answered' ? { request: first, firstMs: asked.milliseconds } : {}),
      version,
      client,
      loadMs: load.milliseconds,
      emptyHeapBytes: empty.value,
      notes:
        disagreement === undefined
          ? isPublished
            ? []
            : [...coldNotes(cold.value), ...answers.notes]
          : [`The current version ${version} no longer answers as it did: it ${disagreement}`],
    },
  };
}

function coldNotes(reason: string | undefined): string[] {
  return reason === undefined
    ? []
    : [
        'It could not compute zeros, the warmup of a model without warmup.json, so that its first answers ' +
          `will be slow: ${reason}. Put a request that it accepts into warmup.json next to the model.`,
      ];
}

type Answers = Pick<RehearsedVersion, 'request' | 'firstMs' | 'golden' | 'recorded' | 'notes'>;
type AnswersOutcome =
  | { readonly kind: 'answered'; readonly answers: Answers; readonly disagreement?: string | undefined }
  | { readonly kind: 'failed'; readonly reason: string };

async function answerGolden(
  client: IsolateClient,
  golden: readonly GoldenExample[],
  signatures: Readonly<Record<string, Signature>>,
): Promise<AnswersOutcome> {
  let request: Answers['request'];
  let firstMs: number | null = null;
  let largestDifference: number | null = null;
  let disagreement: string | undefined;
  for (const [index, example] of golden.entries()) {
    const { signature_name = DEFAULT_SIGNATURE, inputs } = example;
    const which = golden.length === 1 ? 'its golden example' : `its golden example ${index + 1}`;
    const signature = signatures[signature_name];
    if (signature === undefined) {
      return { kind: 'failed', reason: `does not have the signature ${signature_name} for ${which}` };
    }
    const answer = await client.predict({ signature_name, inputs }, signature);
    if (answer.kind === 'failed') {
      return { kind: 'failed', reason: `cannot compute ${which}: ${answer.reason}` };
    }
    const comparison = compareOutputs(example, answer.value, signature);
    if (comparison.disagreements.length > 0) {
      disagreement ??= `disagrees with ${which}: ${comparison.disagreements.join('; ')}`;
    }
    request ??= { example: { signature_name, inputs }, signature };
    firstMs ??= answer.milliseconds;
    if (comparison.largestDifference !== null) {
      largestDifference = Math.max(largestDifference ?? 0, comparison.largestDifference);
    }
  }
  return {
    kind: 'answered',
    disagreement,
    answers: {
      request,
      firstMs,
      golden: { examples: golden.length, largestDifference },
      recorded: undefined,
      notes: [],
    },
  };
}

function withInputs(
  recorded: RecordedAnswers,
  signatures: Readonly<Record<string, Signature>>,
): GoldenExample[] {
  const made = makeExamples(signatures, MADE_EXAMPLES_SEED);
  return recorded.examples.flatMap(({ signature_name, outputs }) => {
    const inputs = made.find((example) => example.signature_name === signature_name)?.inputs;
    return inputs === undefined ? [] : [{ signature_name, inputs, outputs }];
  });
}

async function answerMade(
  client: IsolateClient,
  signatures: Readonly<Record<string, Signature>>,
): Promise<AnswersOutcome> {
  const examples: { signature_name: string; outputs: Outputs }[] = [];
  const notes: string[] = [];
  let request: Answers['request'];
  let firstMs: number | null = null;
  for (const example of makeExamples(signatures, MADE_EXAMPLES_SEED)) {
    const signature = signatures[example.signature_name];
    if (signature === undefined) continue;
    const answer = await client.predict(example, signature);
    if (answer.kind === 'failed') {
      if (answer.isFatal)
        return {
          kind: 'failed',
          reason: `cannot compute an example generated from its signature: ${answer.reason}`,
        };
      notes.push(
        `It refuses the example generated from its signature ${example.signature_name}: ${answer.reason}`,
      );
      continue;
    }
    const wrong = notFiniteValues(answer.value, signature);
    if (wrong.length > 0) {
      return {
        kind: 'failed',
        reason:
          `answers an example generated from its signature with values that are not finite numbers: ${wrong.join('; ')}; ` +
          `if that is correct, record golden examples with ${commandLine('record')}`,
      };
    }
    request ??= { example, signature };
    firstMs ??= answer.milliseconds;
    examples.push({ signature_name: example.signature_name, outputs: answer.value });
  }
  const fits = JSON.stringify(examples).length <= LARGEST_RECORD;
  return {
    kind: 'answered',
    answers: {
      request,
      firstMs,
      golden: { examples: 0, largestDifference: null },
      recorded:
        examples.length > 0 && fits
          ? { generator: 1, examples: examples.map((example) => ({ ...example })) }
          : undefined,
      notes: [...notes, recordNote(examples.length, fits)],
    },
  };
}

function recordNote(examples: number, fits: boolean): string {
  if (examples === 0) {
    return 'It has no golden.json, and it answered no request generated from its signature: nothing shows that it computes correctly.';
  }
  return fits
    ? 'It has no golden.json: its answers to requests generated from its signature were recorded instead.'
    : 'It has no golden.json, and its answers to requests generated from its signature are too large to be recorded.';
}

const MOST_ROUNDS = 30;
const ROUNDS_MS = 2_000;

/** Measures versions in turn, so that other load of the machine affects all of them, and returns the medians. */
export async function measureMedians(versions: readonly RehearsedVersion[]): Promise<(number | null)[]> {
  const times = versions.map((): number[] => []);
  const began = performance.now();
  for (let round = 0; round < MOST_ROUNDS && performance.now() - began < ROUNDS_MS; round++) {
    for (const [index, { client, request }] of versions.entries()) {
      if (request === undefined) continue;
      const answer = await client.predict(request.example, request.signature);
      if (answer.kind === 'answered') times[index]?.push(answer.milliseconds);
    }
  }
  return times.map((values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? null);
}

/** Reads the figures of a version after all requests. */
export async function readFigures(
  { client, loadMs, firstMs, emptyHeapBytes }: RehearsedVersion,
  medianMs: number | null,
): Promise<Figures> {
  const heap = await client.heapBytes();
  if (heap.kind === 'failed') throw new Error(heap.reason);
  const round = (milliseconds: number) => Math.round(milliseconds * 100) / 100;
  return {
    loadMs: round(loadMs),
    firstMs: firstMs === null ? null : round(firstMs),
    medianMs: medianMs === null ? null : round(medianMs),
    heapBytes: heap.value,
    emptyHeapBytes,
  };
}
