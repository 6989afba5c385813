import { canonicalJson } from '../../worker/registry/version/canonical_json.ts';
import type { Manifest } from '../../worker/registry/version/manifest.ts';
import type { PublishRequest } from './publish_request.ts';

/** Returns why a published version with the same content does not have the requested manifest, or undefined if it does. */
export function publishedFault(
  { model, version, signature, card }: Manifest,
  request: Pick<PublishRequest, 'signer' | 'card'>,
): string | undefined {
  const other = (how: string): string =>
    `${model} ${version} is published ${how}, and a published version never changes; ` +
    'publish this as another version, with --model-version';
  if (request.signer !== undefined && signature?.key !== request.signer.keyId) {
    return other(signature === undefined ? 'without a signature' : `signed with key ${signature.key}`);
  }
  if (request.card !== undefined && canonicalJson(card ?? null) !== canonicalJson(request.card)) {
    return other(card === undefined ? 'without a card' : 'with another card');
  }
  return undefined;
}
