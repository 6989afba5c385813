import { compareVersions } from '../../../registry/version/version.ts';
import type { VersionStatus } from '../../../serving/api.ts';

/** Makes the JSON of GetModelStatusResponse: newest version first, versions as strings (proto int64). */
export function statusDocument(versions: readonly VersionStatus[]) {
  const newestFirst = versions.toSorted((left, right) => compareVersions(right.version, left.version));
  return {
    model_version_status: newestFirst.map(({ version, state, error }) => ({
      version,
      state,
      status:
        error === undefined
          ? { error_code: 'OK', error_message: '' }
          : { error_code: 'UNKNOWN', error_message: error },
    })),
  };
}
