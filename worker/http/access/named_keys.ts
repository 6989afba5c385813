import { fromHex } from '../../registry/storage/hex.ts';
import { ConfigurationError } from '../../serving/variables.ts';
import { isDigest, isKeyName, secretEntries } from './digests.ts';
import { isModelPattern, ModelPatterns } from './model_patterns.ts';
import { parseRate, RATE_RULE, type Rate } from './rate_limit.ts';

/** A key of which the Worker has only the digest. */
export interface NamedKey {
  readonly name: string;
  readonly sha256: Uint8Array;
  /** Undefined for all models. */
  readonly models: ModelPatterns | undefined;
  /** Undefined for the limit of RATE_LIMITER. */
  readonly rate: Rate | undefined;
}

const VARIABLE = 'NAMED_API_KEYS';
const FORM = 'NAME:SHA256, perhaps followed by :models=NAME+NAME and :rate=REQUESTS/SECONDS';
/** Names are labels of metrics. */
const MOST_KEYS = 1000;

/**
 * Parses the secret: entries `NAME:SHA256:models=NAME+NAME:rate=REQUESTS/SECONDS`, of which the parts after the digest
 * are optional, separated by commas or white space. Several keys may have one name, so that a key can be replaced.
 *
 * @throws ConfigurationError that names the position of the invalid entry, and does not quote it: it may be a bare key
 */
export function parseNamedKeys(secret: string): NamedKey[] {
  if (secret === '') return [];
  const entries = secretEntries(secret);
  if (entries.length === 0) throw new ConfigurationError(`${VARIABLE} is set but contains no key`);
  if (entries.length > MOST_KEYS) throw new ConfigurationError(`${VARIABLE} has more than ${MOST_KEYS} keys`);
  return entries.map(parseEntry);
}

function parseEntry(entry: string, index: number): NamedKey {
  const fault = (what: string) => new ConfigurationError(`${VARIABLE}, entry ${index + 1}, ${what}`);
  const [name = '', digest = '', ...options] = entry.split(':');
  if (!isKeyName(name) || !entry.includes(':')) throw fault(`is not ${FORM}`);
  if (!isDigest(digest)) throw fault('has no SHA-256 in hex as its second part');
  let models: ModelPatterns | undefined;
  let rate: Rate | undefined;
  for (const option of options) {
    const [, what, value = ''] = /^(models|rate)=(.+)$/.exec(option) ?? [];
    if (what === undefined) throw fault(`is not ${FORM}`);
    if (what === 'models') {
      const patterns = value.split('+');
      if (models !== undefined) throw fault('has models twice');
      if (!patterns.every(isModelPattern)) throw fault('has a model whose name is not valid');
      models = new ModelPatterns(patterns);
    } else {
      if (rate !== undefined) throw fault('has a rate twice');
      rate = parseRate(value);
      if (rate === undefined) throw fault(`has a rate that is not ${RATE_RULE}`);
    }
  }
  return { name, sha256: fromHex(digest), models, rate };
}
