import type { QuantizationMode } from '../../import/index.ts';
import type { ChangeRecord } from '../../worker/registry/pointer/pointer_transitions.ts';
import type { VersionBump } from '../../worker/registry/version/version.ts';
import type { Signer } from './signing_key.ts';

/** What is to be published, and what becomes of it. */
export interface PublishRequest {
  /** Of the model, in any format that can be imported: a directory or a file. */
  readonly path: string;
  readonly model: string;
  readonly version?: string | undefined;
  readonly bump?: VersionBump | undefined;
  readonly label?: string | undefined;
  readonly flip: boolean;
  /** Makes the files of weights smaller, where the model is converted. */
  readonly quantize?: QuantizationMode | undefined;
  /** Stages it instead of making it current. */
  readonly stage?: boolean;
  /** Whether it may break clients of the current version whatever its number is. */
  readonly allowBreaking?: boolean;
  /** Ends before anything is written. */
  readonly dryRun?: boolean;
  readonly record: ChangeRecord;
  /** What goes into the manifest as the tool that wrote it. */
  readonly tool: string;
  /** Signs the manifest as the last thing before it is written. */
  readonly signer?: Signer | undefined;
}
