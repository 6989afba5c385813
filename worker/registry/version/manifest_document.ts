import { BLOBS_LIMIT } from '../publish/publication_document.ts';
import { type ParsedDocument, parseDocument } from '../storage/json_document.ts';
import { canonicalJson } from './canonical_json.ts';
import { type Manifest, ManifestSchema } from './manifest.ts';

/** The most bytes of a manifest. Golden examples of images are most of a large one. */
export const MANIFEST_BYTES = 8 * 1024 * 1024;

const PATH_LENGTH = 500;
const PROVENANCE_LENGTH = 300;
const SIGNATURES_LIMIT = 100;

/**
 * Reads a manifest that a client sends. Unlike a stored manifest, which never changes, it must not contain members that
 * the schema does not know, or texts beyond their limits.
 */
export function parseSentManifest(text: string): ParsedDocument<Manifest> {
  const parsed = parseDocument(ManifestSchema, text);
  if (parsed.kind === 'malformed') return parsed;
  const reason = unknownMember(JSON.parse(text), parsed.value) ?? manifestFault(parsed.value);
  return reason === undefined ? parsed : { kind: 'malformed', reason };
}

/** The schema drops unknown members at any depth, so that its result differs from the input. */
function unknownMember(sent: unknown, known: Manifest): string | undefined {
  if (canonicalJson(sent) === canonicalJson(known)) return undefined;
  return `has ${firstDifference(sent, known, '') ?? 'members'}, which is unknown or invalid`;
}

function firstDifference(sent: unknown, known: unknown, path: string): string | undefined {
  if (typeof sent !== 'object' || sent === null) return undefined;
  for (const [name, value] of Object.entries(sent)) {
    const place = path === '' ? name : `${path}.${name}`;
    if (typeof known !== 'object' || known === null || !Object.hasOwn(known, name))
      return place.slice(0, 200);
    const found = firstDifference(value, Reflect.get(known, name), place);
    if (found !== undefined) return found;
  }
  return undefined;
}

function manifestFault({ content, provenance }: Manifest): string | undefined {
  const { blobs, topology, signatures } = content;
  if (blobs.length > BLOBS_LIMIT) return `has ${blobs.length} blobs; the limit is ${BLOBS_LIMIT}`;
  if (Object.keys(signatures).length > SIGNATURES_LIMIT)
    return `has more than ${SIGNATURES_LIMIT} signatures`;
  const paths = new Set(blobs.map(({ path }) => path));
  if (paths.size < blobs.length) return 'has two blobs with one path';
  if (!paths.has(topology)) return 'has no blob for its topology';
  if ([...paths].some((path) => path.length > PATH_LENGTH || hasControls(path))) {
    return `has a path with control characters or of more than ${PATH_LENGTH} characters`;
  }
  const wrong = Object.entries(provenance).find(
    ([, text]) => text.length > PROVENANCE_LENGTH || hasControls(text),
  );
  if (wrong !== undefined) {
    return `provenance.${wrong[0]} has control characters or more than ${PROVENANCE_LENGTH} characters`;
  }
  return Number.isNaN(Date.parse(provenance.publishedAt))
    ? 'provenance.publishedAt is not a time'
    : undefined;
}

function hasControls(text: string): boolean {
  return /\p{Cc}/u.test(text);
}
