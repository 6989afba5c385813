import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import type { ModelContent } from '../../worker/model/content.ts';
import { DEFAULT_SIGNATURE } from '../../worker/model/default_signature.ts';
import { commandLine } from '../cli/invocation.ts';
import { shellWord } from '../cli/shell_word.ts';
import { readWranglerConfiguration } from '../deploy/wrangler_environment.ts';
import { DEV_URL } from '../dev/dev_address.ts';
import { runningDev } from '../dev/running_dev.ts';
import { PROJECT_ROOT, showToCaller } from '../files/package_root.ts';
import { placeOptions } from '../pointer/pointer_report.ts';
import type { PlaceDescription } from '../registry/place.ts';
import { makeExamples } from '../rehearsal/generated_examples.ts';

/** The longest request that is a part of the line. A longer one becomes a file. */
const LONGEST_ON_LINE = 200;

/**
 * Returns the lines that say how to ask a model that was just published. The request is its first golden example, or a
 * generated one, so that nothing is returned for a model whose shapes are unknown and that has no examples. Nor is the
 * address behind a management Worker known.
 */
export async function firstRequestLines(
  model: string,
  content: ModelContent,
  place: PlaceDescription,
): Promise<string[]> {
  const request = exampleRequest(content);
  if (request === undefined || place.kind === 'management') return [];
  const body = await bodyWords(model, JSON.stringify(request));
  const { url, heading } = await addressOf(place);
  return [heading, `  curl -d ${body} ${url}/v1/models/${model}:predict`];
}

function exampleRequest({ golden, signatures }: ModelContent): object | undefined {
  const { signature_name, inputs } = golden[0] ?? makeExamples(signatures, 1)[0] ?? {};
  if (inputs === undefined) return undefined;
  const names =
    signature_name === undefined || signature_name === DEFAULT_SIGNATURE ? {} : { signature_name };
  return { ...names, inputs };
}

async function bodyWords(model: string, json: string): Promise<string> {
  if (json.length <= LONGEST_ON_LINE) return shellWord(json);
  const path = join(PROJECT_ROOT, '.wrangler', 'requests', `${model}.json`);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, json);
  return shellWord(`@${showToCaller(path)}`);
}

interface Address {
  readonly url: string;
  readonly heading: string;
}

async function addressOf(place: Exclude<PlaceDescription, { kind: 'management' }>): Promise<Address> {
  if (place.kind === 'remote') {
    const url = await deployedUrl();
    return { url, heading: `Once it is deployed, it is served on ${url}. Try:` };
  }
  const url = await runningDev(place.directory);
  if (url !== undefined) return { url, heading: `It is served on ${url}. Try:` };
  return {
    url: DEV_URL,
    heading: `Serve it with ${commandLine('dev', placeOptions(place).trim())}, and try:`,
  };
}

const AddressSchema = v.object({
  name: v.string(),
  routes: v.optional(
    v.array(v.union([v.string(), v.object({ pattern: v.string(), custom_domain: v.optional(v.boolean()) })])),
    [],
  ),
});

/** The custom domain of the Worker, or its address on workers.dev, of which only the account knows a part. */
async function deployedUrl(): Promise<string> {
  const { name, routes } = await readWranglerConfiguration(AddressSchema);
  const domain = routes.find((route) => typeof route === 'object' && route.custom_domain === true);
  return typeof domain === 'object'
    ? `https://${domain.pattern}`
    : `https://${name}.<your subdomain>.workers.dev`;
}
