import { formatBytes, formatDifference, formatTime, plural } from '../../scripts/cli/format.ts';
import type { Manifest } from '../api/management_api.ts';

/** A fact of a version, as a text to compare with that of another one. */
export interface Fact {
  readonly name: string;
  readonly text: string;
}

/** The bytes of all files of a version. */
export function storedBytes({ content }: Manifest): number {
  return content.blobs.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Returns what the manifest says of a version, and what its rehearsal measured. Every version has the same facts. */
export function versionFacts(manifest: Manifest): Fact[] {
  const { content, provenance, signature } = manifest;
  return [
    fact('Published', `${formatTime(provenance.publishedAt)} by ${provenance.publishedBy}`),
    fact('Source format', provenance.sourceFormat),
    fact('Converted by', provenance.tool),
    fact('Format', content.format),
    fact('Files', `${plural(content.blobs.length, 'file')}, ${formatBytes(storedBytes(manifest))}`),
    fact('Weights in memory', formatBytes(content.weightBytes)),
    fact('Images', content.image === undefined ? 'no image.json' : imageText(content.image)),
    fact('Warmup', plural(content.warmup.length, 'request')),
    fact('Left out', Object.keys(content.leftOut ?? {}).join(', ') || 'nothing'),
    fact('Signed', signature === undefined ? 'no' : `with key ${signature.key}`),
    ...rehearsalFacts(manifest),
  ];
}

function imageText({ height, width, channels, fit }: NonNullable<Manifest['content']['image']>): string {
  return `${height} × ${width} ${channels}, ${fit}`;
}

function rehearsalFacts({ rehearsal }: Manifest): Fact[] {
  if (rehearsal?.kind !== 'rehearsed') {
    const text = rehearsal === undefined ? 'no' : `skipped ${formatTime(rehearsal.at)}`;
    const names = [
      'WebAssembly heap',
      'Loading and warmup',
      'First answer',
      'Answer, median',
      'Golden examples',
    ];
    return [fact('Rehearsed', text), ...[...names, 'Computed by'].map((name) => fact(name, 'not measured'))];
  }
  const { figures, golden, plan, at } = rehearsal;
  const milliseconds = (value: number | null) => (value === null ? 'no request' : `${value.toFixed(1)} ms`);
  const difference =
    golden.largestDifference === null
      ? ''
      : `, largest difference ${formatDifference(golden.largestDifference)}`;
  return [
    fact('Rehearsed', formatTime(at)),
    fact('WebAssembly heap', formatBytes(figures.heapBytes)),
    fact('Loading and warmup', milliseconds(figures.loadMs)),
    fact('First answer', milliseconds(figures.firstMs)),
    fact('Answer, median', milliseconds(figures.medianMs)),
    fact('Golden examples', `${golden.examples} agree${difference}`),
    fact('Computed by', planText(plan)),
  ];
}

function planText(plan: Extract<Manifest['rehearsal'], { readonly kind: 'rehearsed' }>['plan']): string {
  switch (plan?.kind) {
    case 'planned':
      return 'a plan';
    case 'not planned':
      return `no plan: ${plan.reason}`;
    default:
      return 'not shown';
  }
}

function fact(name: string, text: string): Fact {
  return { name, text };
}
