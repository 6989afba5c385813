import type { QuantizationForm, SourceOptions } from '../../import/index.ts';
import type { ChangeRecord } from '../../worker/registry/pointer/pointer_transitions.ts';
import type { Card } from '../../worker/registry/version/card.ts';
import type { VersionBump } from '../../worker/registry/version/version.ts';
import type { Signer } from './signing_key.ts';

/** The request of a publish. */
export interface PublishRequest extends SourceOptions {
  /** The model in any importable format: a directory or a file. */
  readonly path: string;
  readonly model: string;
  readonly version?: string | undefined;
  readonly bump?: VersionBump | undefined;
  readonly label?: string | undefined;
  readonly flip: boolean;
  /** Reduces the weight files if the model is converted. */
  readonly quantize?: QuantizationForm | undefined;
  /** Files with requests, on which int8 is calibrated beside the golden examples. */
  readonly calibrate?: readonly string[] | undefined;
  /** The largest share of the largest value, or of the classes, by which a quantized model may differ. */
  readonly maxLoss?: number | undefined;
  /** Stages the version instead of making it current. */
  readonly stage?: boolean;
  /** Permits breaking changes for clients of the current version, whatever the version's number is. */
  readonly allowBreaking?: boolean;
  /** MEMORY_BUDGET_MB of the Worker in bytes. Without it, the budget is not checked. */
  readonly memoryBudgetBytes?: number;
  /** Stops before anything is written. */
  readonly dryRun?: boolean;
  readonly record: ChangeRecord;
  /** The tool's name and version for the manifest. */
  readonly tool: string;
  /** What people say about the version. */
  readonly card?: Card | undefined;
  /** Signs the manifest directly before it is written. */
  readonly signer?: Signer | undefined;
}
