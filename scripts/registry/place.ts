import { showToCaller } from '../files/package_root.ts';

/** The registry as the output describes it. */
export type PlaceDescription =
  | { readonly kind: 'local'; readonly directory: string; readonly environment?: string }
  | { readonly kind: 'remote'; readonly bucket: string }
  | { readonly kind: 'management'; readonly url: string };

export function describePlace(place: PlaceDescription): string {
  switch (place.kind) {
    case 'local':
      return `local state ${showToCaller(place.directory)}${place.environment === undefined ? '' : ` of [env.${place.environment}]`}`;
    case 'remote':
      return `the REMOTE bucket ${place.bucket} of the account`;
    case 'management':
      return `the registry at ${place.url}`;
  }
}
